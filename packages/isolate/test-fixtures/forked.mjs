process.send("forked");
