// The same fifty products for every contestant.
export const products = Array.from({ length: 50 }, (_, i) => ({
  id: `01890a5d-ac96-774b-bcce-b302099a${String(8000 + i)}`,
  name: `Oolong no. ${i}`,
  description: 'Half-fermented, from high mountains, for demonstration.',
  category: 'tea',
  price: 690 + i * 10,
  currency: 'EUR',
  stock: (i * 7) % 40,
  version: 1,
  created_at: '2026-01-01T09:30:00.000Z',
  updated_at: '2026-01-01T09:30:00.000Z',
}));

export const page = (number, size) => ({ items: products.slice((number - 1) * size, number * size), page: number, page_size: size, total: products.length });
