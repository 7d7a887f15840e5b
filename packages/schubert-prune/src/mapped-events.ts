/** A generator with other events, any number for each of its own, and its result. Whoever leaves the one leaves the other too, which then gives back what it holds. */
export async function* mappedEvents<Event, Mapped, Result>(events: AsyncGenerator<Event, Result>, map: (event: Event) => readonly Mapped[]): AsyncGenerator<Mapped, Result> {
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) return value;
      for (const mapped of map(value)) yield mapped;
    }
  } finally {
    await events.return(undefined as never); // Which does nothing where it is at its end.
  }
}
