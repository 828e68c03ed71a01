-- A trusted extension since PostgreSQL 13: whoever may create in the database may add it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE INDEX "products_by_text" ON "products" USING gin ("name" gin_trgm_ops,"description" gin_trgm_ops);
