//! What the shop sells. Its prices are the ones that count, whatever a cart says.

use serde::Serialize;

/// One article.
#[derive(Serialize)]
pub(crate) struct Product {
    pub(crate) sku: &'static str,
    pub(crate) title: &'static str,
    /// In cents.
    pub(crate) price: u32,
    description: &'static str,
    emoji: &'static str,
}

pub(crate) fn find(sku: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.sku == sku)
}

pub(crate) const PRODUCTS: &[Product] = &[
    Product {
        sku: "lamp",
        title: "Lamp",
        price: 4900,
        description: "A brass reading lamp with a linen shade. Bends over your book like a curious heron and dims to \
                      the colour of late afternoon.",
        emoji: "💡",
    },
    Product {
        sku: "mug",
        title: "Mug",
        price: 1450,
        description: "Hand-thrown stoneware, glazed the blue of a rainy harbour. Holds a generous third of a litre and \
                      forgives the dishwasher.",
        emoji: "☕",
    },
    Product {
        sku: "plant",
        title: "Rubber plant",
        price: 2200,
        description: "A young Ficus elastica in a clay pot. Wants light, a little water on Sundays, and somebody to \
                      tell about its new leaf.",
        emoji: "🪴",
    },
    Product {
        sku: "chair",
        title: "Beech chair",
        price: 12900,
        description: "Steam-bent beech and a woven paper-cord seat. Made for long dinners; light enough to carry to \
                      the balcony with one hand.",
        emoji: "🪑",
    },
    Product {
        sku: "clock",
        title: "Wall clock",
        price: 3900,
        description: "A silent sweep movement behind domed glass. It never ticks at night, and every clock we sell \
                      agrees on what time it is.",
        emoji: "🕰️",
    },
    Product {
        sku: "rug",
        title: "Wool rug",
        price: 18900,
        description: "Undyed wool from two flocks of sheep, one dark and one light, flat-woven in a pattern of waves. \
                      140 by 200 centimetres.",
        emoji: "🧶",
    },
    Product {
        sku: "kettle",
        title: "Kettle",
        price: 5400,
        description: "Enamelled steel with a beech handle and a spout that pours where you point it. Whistles a clean \
                      minor third.",
        emoji: "🫖",
    },
    Product {
        sku: "bag",
        title: "Canvas bag",
        price: 2600,
        description: "Heavy waxed canvas, brass rivets, one pocket that fits a paperback exactly. Holds a week of \
                      groceries, or a weekend.",
        emoji: "👜",
    },
    Product {
        sku: "candle",
        title: "Beeswax candle",
        price: 950,
        description: "Poured by a beekeeper two villages over. Burns for forty hours and smells faintly of the summer \
                      in which it was made.",
        emoji: "🕯️",
    },
];
