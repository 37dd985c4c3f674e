-- The shop's tables and rows. Running this file puts the shop back to the morning of 2025-06-16.

DROP TABLE IF EXISTS products;
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS order_items;
DROP TABLE IF EXISTS shipments;
DROP TABLE IF EXISTS refunds;
DROP TABLE IF EXISTS discounts;
DROP TABLE IF EXISTS tickets;

CREATE TABLE products (
    name        TEXT PRIMARY KEY,
    price_cents INTEGER NOT NULL,
    stock       INTEGER NOT NULL,
    restock_on  TEXT
);
INSERT INTO products VALUES
    ('Trail Tent',         24900,  7, NULL),
    ('Down Sleeping Bag',  17900,  0, '2025-06-30'),
    ('Hiking Backpack',    13900,  4, NULL),
    ('Rain Jacket',        11900, 12, NULL),
    ('Camp Stove',          6400, 23, NULL),
    ('Water Filter',        4500,  1, NULL),
    ('Headlamp',            3900, 41, NULL);

CREATE TABLE orders (
    order_id      TEXT PRIMARY KEY,
    email         TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('processing', 'shipped', 'delivered', 'cancelled', 'refunded')),
    placed_on     TEXT NOT NULL,
    delivered_on  TEXT,
    address       TEXT NOT NULL,
    total_cents   INTEGER NOT NULL,
    discount_code TEXT
);
INSERT INTO orders VALUES
    ('ORD-1001', 'maria.lopez@example.com', 'delivered',  '2025-05-29', '2025-06-05', '9 Elm Street, Denver, CO 80202',     24900, NULL),
    ('ORD-1002', 'maria.lopez@example.com', 'shipped',    '2025-06-12', NULL,         '9 Elm Street, Denver, CO 80202',     15800, NULL),
    ('ORD-1003', 'sam.carter@example.com',  'processing', '2025-06-15', NULL,         '210 Lake Road, Madison, WI 53703',    6400, NULL),
    ('ORD-1004', 'sam.carter@example.com',  'delivered',  '2025-04-14', '2025-04-20', '210 Lake Road, Madison, WI 53703',   13900, NULL),
    ('ORD-1005', 'priya.nair@example.com',  'processing', '2025-06-14', NULL,         '77 Canal Street, Albany, NY 12207',  17900, NULL),
    ('ORD-1006', 'priya.nair@example.com',  'cancelled',  '2025-05-02', NULL,         '77 Canal Street, Albany, NY 12207',   7800, NULL),
    ('ORD-1007', 'jonas.weber@example.com', 'shipped',    '2025-05-26', NULL,         '31 Birch Lane, Portland, ME 04101',  24900, NULL),
    ('ORD-1008', 'jonas.weber@example.com', 'refunded',   '2025-05-20', '2025-05-27', '31 Birch Lane, Portland, ME 04101',   4500, NULL),
    ('ORD-1009', 'sam.carter@example.com',  'delivered',  '2025-06-03', '2025-06-10', '210 Lake Road, Madison, WI 53703',   11900, NULL);

CREATE TABLE order_items (
    order_id TEXT NOT NULL,
    product  TEXT NOT NULL,
    quantity INTEGER NOT NULL
);
INSERT INTO order_items VALUES
    ('ORD-1001', 'Trail Tent', 1),
    ('ORD-1002', 'Rain Jacket', 1),
    ('ORD-1002', 'Headlamp', 1),
    ('ORD-1003', 'Camp Stove', 1),
    ('ORD-1004', 'Hiking Backpack', 1),
    ('ORD-1005', 'Down Sleeping Bag', 1),
    ('ORD-1006', 'Headlamp', 2),
    ('ORD-1007', 'Trail Tent', 1),
    ('ORD-1008', 'Water Filter', 1),
    ('ORD-1009', 'Rain Jacket', 1);

CREATE TABLE shipments (
    order_id        TEXT PRIMARY KEY,
    carrier         TEXT NOT NULL,
    tracking_number TEXT NOT NULL,
    last_event      TEXT NOT NULL,
    expected_on     TEXT NOT NULL
);
INSERT INTO shipments VALUES
    ('ORD-1001', 'UPS', '1Z-4471', 'delivered, left at the front door', '2025-06-05'),
    ('ORD-1002', 'UPS', '1Z-4480', 'in transit, left the depot in Omaha', '2025-06-18'),
    ('ORD-1004', 'DHL', 'JD-9012', 'delivered, signed by a neighbor', '2025-04-20'),
    ('ORD-1007', 'DHL', 'JD-9077', 'held by customs in Boston', '2025-06-24'),
    ('ORD-1008', 'UPS', '1Z-4399', 'delivered, left in the mailbox', '2025-05-27'),
    ('ORD-1009', 'UPS', '1Z-4475', 'delivered, handed to the customer', '2025-06-10');

CREATE TABLE refunds (
    refund_number INTEGER PRIMARY KEY,
    order_id      TEXT NOT NULL,
    amount_cents  INTEGER NOT NULL,
    reason        TEXT NOT NULL
);
INSERT INTO refunds VALUES (501, 'ORD-1008', 4500, 'damaged');

CREATE TABLE discounts (
    code        TEXT PRIMARY KEY,
    percent     INTEGER NOT NULL,
    valid_until TEXT NOT NULL
);
INSERT INTO discounts VALUES
    ('SUMMER15', 15, '2025-08-31'),
    ('SPRING20', 20, '2025-05-31');

CREATE TABLE tickets (
    ticket_number INTEGER PRIMARY KEY,
    reason        TEXT NOT NULL,
    order_id      TEXT
);
INSERT INTO tickets VALUES (70, 'complaint', 'ORD-1008');
