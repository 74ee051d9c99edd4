const PRICES = { tea: 3, coffee: 4 };

exports.handler = async (event) => {
  const items = event.items ?? [];
  return { total: items.reduce((sum, item) => sum + (PRICES[item] ?? 5), 0) };
};
