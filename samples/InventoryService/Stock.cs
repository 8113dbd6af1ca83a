using System.Data.Common;
using Dapper;
using TechCorp.Outbox;
using TechCorp.Samples;

namespace InventoryService;

/// <summary>Stores the stock of each product and its reservations. Every change is one transaction and idempotent.</summary>
public sealed class Stock(ServiceDatabase database, TransactionalOutbox outbox)
{
    internal async Task<long?> FindAvailableAsync(string productId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<long?>("select on_hand from products where product_id = @productId", new { productId });
    }

    /// <summary>Creates a product; does nothing if it exists.</summary>
    internal async Task CreateProductAsync(string productId, StockRequest stock, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        await work.Connection.ExecuteAsync(
            """
            insert into products (product_id, initial, on_hand, reserved, sold, missing)
            values (@productId, @OnHand, @OnHand, 0, 0, @Missing)
            on conflict (product_id) do nothing
            """,
            new { productId, stock.OnHand, stock.Missing },
            work.Transaction);
        await work.CommitAsync(cancellationToken);
    }

    /// <summary>Reserves the items of an order; all of them or none.</summary>
    internal async Task<ReservationResult> ReserveAsync(string key, string orderId, IReadOnlyList<OrderLine> items, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        var result = await database.Barrier.EnterActionAsync(work.Transaction, key, cancellationToken) switch
        {
            BarrierEntry.Proceed => await TakeAsync(work.Transaction, orderId, items),
            BarrierEntry.DanglingAction => new ReservationResult("rejected", "released before it was reserved"),
            _ => await ReadAsync(work.Transaction, orderId),
        };
        await work.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Releases the items of an order, whether the reservation succeeded, was rejected, or never arrived.</summary>
    internal async Task<ReservationResult> ReleaseAsync(string actionKey, string orderId, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        await database.Barrier.EnterCompensationAsync(work.Transaction, actionKey, cancellationToken);
        if (await ChangeAsync(work.Transaction, orderId, from: "reserved", to: "released"))
        {
            await MoveAsync(work.Transaction, orderId, "release", "on_hand = on_hand + @Quantity, reserved = reserved - @Quantity");
        }

        var result = await ReadAsync(work.Transaction, orderId);
        await work.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Marks the reserved items as sold.</summary>
    internal async Task<ReservationResult> ConfirmAsync(string orderId, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        if (await ChangeAsync(work.Transaction, orderId, from: "reserved", to: "sold"))
        {
            await MoveAsync(work.Transaction, orderId, "sell", "reserved = reserved - @Quantity, sold = sold + @Quantity");
        }

        var result = await ReadAsync(work.Transaction, orderId);
        await work.CommitAsync(cancellationToken);
        return result;
    }

    private static async Task<ReservationResult> TakeAsync(DbTransaction transaction, string orderId, IReadOnlyList<OrderLine> items)
    {
        var wanted = items.GroupBy(line => line.ProductId).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new OrderLine(group.Key, group.Sum(line => line.Quantity))).ToList();
        string? shortOf = null;
        foreach (var line in wanted)
        {
            var onShelf = await transaction.Connection!.ExecuteScalarAsync<long?>(
                $"select on_hand - missing from products where product_id = @ProductId{ForUpdate(transaction)}", line, transaction);
            shortOf ??= onShelf >= line.Quantity ? null : line.ProductId;
        }

        var result = shortOf is null ? new ReservationResult("reserved") : new ReservationResult("rejected", $"out of stock: {shortOf}");
        await transaction.Connection!.ExecuteAsync(
            "insert into reservations (order_id, status, reason) values (@orderId, @Status, @Reason)", new { orderId, result.Status, result.Reason },
            transaction);
        foreach (var line in shortOf is null ? wanted : [])
        {
            await RecordAsync(transaction, orderId, "reserve", line, "on_hand = on_hand - @Quantity, reserved = reserved + @Quantity");
        }

        return result;
    }

    private static async Task MoveAsync(DbTransaction transaction, string orderId, string kind, string change)
    {
        var lines = await transaction.Connection!.QueryAsync<OrderLine>(
            "select product_id as ProductId, quantity as Quantity from stock_movements where order_id = @orderId and kind = 'reserve' order by product_id",
            new { orderId }, transaction);
        foreach (var line in lines)
        {
            await RecordAsync(transaction, orderId, kind, line, change);
        }
    }

    private static async Task RecordAsync(DbTransaction transaction, string orderId, string kind, OrderLine line, string change)
    {
        await transaction.Connection!.ExecuteAsync($"update products set {change} where product_id = @ProductId", line, transaction);
        await transaction.Connection!.ExecuteAsync(
            "insert into stock_movements (movement_id, order_id, product_id, kind, quantity) values (@movementId, @orderId, @ProductId, @kind, @Quantity)",
            new { movementId = Guid.CreateVersion7().ToString(), orderId, line.ProductId, kind, line.Quantity },
            transaction);
    }

    private static async Task<bool> ChangeAsync(DbTransaction transaction, string orderId, string from, string to)
        => await transaction.Connection!.ExecuteAsync("update reservations set status = @to where order_id = @orderId and status = @from",
            new { orderId, from, to }, transaction) == 1;

    private static async Task<ReservationResult> ReadAsync(DbTransaction transaction, string orderId)
        => await transaction.Connection!.QuerySingleOrDefaultAsync<ReservationResult>(
            "select status as Status, reason as Reason from reservations where order_id = @orderId", new { orderId }, transaction)
            ?? new ReservationResult("none");

    // SQLite has one writer at a time and does not support this clause.
    private static string ForUpdate(DbTransaction transaction) => transaction.Connection is Npgsql.NpgsqlConnection ? " for update" : "";
}
