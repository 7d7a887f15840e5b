"""Writes tensorboard.tfevents: the file that tracking/tensorboard-writer.test.ts wants, by protobuf's own encoder and a CRC-32C written bit by bit.

Messages have the fields of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. Made with Python 3 and protobuf 7.36.2:

    python make-tensorboard.py
"""
import pathlib
import struct

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

DOUBLE, FLOAT, INT64, ENUM_AS_INT32, STRING, MESSAGE = 1, 2, 3, 5, 9, 11
OPTIONAL, REPEATED = 1, 3
MESSAGES = {
    "Value": [("tag", 1, STRING, OPTIONAL, None), ("simple_value", 2, FLOAT, OPTIONAL, None)],
    "Summary": [("value", 1, MESSAGE, REPEATED, "Value")],
    "SessionLog": [("status", 1, ENUM_AS_INT32, OPTIONAL, None)],
    "Event": [
        ("wall_time", 1, DOUBLE, OPTIONAL, None), ("step", 2, INT64, OPTIONAL, None), ("file_version", 3, STRING, OPTIONAL, None),
        ("summary", 5, MESSAGE, OPTIONAL, "Summary"), ("session_log", 7, MESSAGE, OPTIONAL, "SessionLog"),
    ],
}


def event_class():
    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="golden", syntax="proto2")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, label, of in fields:
            message.field.add(name=field, number=number, type=kind, label=label, **({"type_name": f".golden.{of}"} if of else {}))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("golden.Event"))


def masked_crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def record(event):
    data = event.SerializeToString(deterministic=True)
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc32c(length)) + data + struct.pack("<I", masked_crc32c(data))


Event = event_class()
wall_time = 1_700_000_000.25


def scalars(step, **values):
    event = Event(wall_time=wall_time, step=step)
    for tag, value in values.items():
        event.summary.value.add(tag=tag.replace("__", "/"), simple_value=value)
    return event


resumed = Event(wall_time=wall_time, step=41)
resumed.session_log.status = 1
events = [
    Event(wall_time=wall_time, step=0, file_version="brain.Event:2"),
    resumed,
    scalars(41, train__loss=2.5, train__mlm=1.25, train__learning_rate=0.001, train__gradient_norm=0.75),
    scalars(41, evaluation__validationLoss=2.125),
    scalars(300, train__loss=float("nan"), train__learning_rate=0.0, train__gradient_norm=1e-8),
]
pathlib.Path(__file__).with_name("tensorboard.tfevents").write_bytes(b"".join(map(record, events)))
