namespace InventoryService;

/// <summary>The tables of the service; the same text on PostgreSQL and SQLite.</summary>
internal static class Tables
{
    internal const string Sql = """
        create table if not exists products (
          product_id text primary key,
          initial bigint not null,
          on_hand bigint not null,
          reserved bigint not null,
          sold bigint not null,
          missing bigint not null
        );
        create table if not exists reservations (
          order_id text primary key,
          status text not null,
          reason text null
        );
        create table if not exists stock_movements (
          movement_id text primary key,
          order_id text not null,
          product_id text not null,
          kind text not null,
          quantity bigint not null
        );
        create table if not exists event_receipts (
          receipt_id text primary key,
          message_id text not null,
          order_id text not null,
          type text not null
        );
        create table if not exists demand (
          product_id text primary key,
          orders bigint not null,
          quantity bigint not null
        );
        """;
}
