import { defineConfig } from 'drizzle-kit';

// Migrations are made by `npx drizzle-kit generate --name <what>`, read, and committed.
export default defineConfig({ dialect: 'postgresql', schema: './src/*/*.table.ts', out: './migrations' });
