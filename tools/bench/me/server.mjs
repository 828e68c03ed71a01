// Runs one contestant in a process of its own and tells its CPU time when asked. Usage: DATABASE_URL=... JWT_ALG=... server.mjs <contestant>
const { start } = await import(`./contestants/${process.argv[2]}.mjs`);
const port = await start();
process.on('message', () => { const { user, system } = process.cpuUsage(); process.send({ cpu: user + system }); });
process.on('disconnect', () => process.exit());
process.send({ port });
