// Runs one contestant in a process of its own and tells its CPU time when asked. Usage: server.mjs <contestant>
const { server, listen } = await import(`./contestants/${process.argv[2]}.mjs`);
if (listen) await listen(0);
else await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
process.on('message', () => { const { user, system } = process.cpuUsage(); process.send({ cpu: user + system }); });
process.on('disconnect', () => process.exit());
process.send({ port: server.address().port });
