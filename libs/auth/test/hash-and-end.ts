import { bcryptPool } from '../src/passwords/bcrypt-pool.js';

// Leaves a thread behind that would wait for ten minutes.
const pool = bcryptPool({ threads: 1, idleTimeout: { minutes: 10 } });
console.log(await pool.hash('secret', '$2b$04$CCCCCCCCCCCCCCCCCCCCC.'));
console.log(`${pool.threads.length} thread`);
