using Dapper;
using TechCorp.Outbox;
using TechCorp.Samples;

namespace PaymentService;

/// <summary>Stores the payments by key, with the barrier between a charge and its refund.</summary>
public sealed class PaymentStore(ServiceDatabase database, TransactionalOutbox outbox)
{
    private const string Columns = "payment_key as PaymentKey, order_id as OrderId, amount as Amount, payment_token as PaymentToken, status "
        + "as Status, reason as Reason";

    internal async Task<Payment?> FindAsync(string key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Payment>($"select {Columns} from payments where payment_key = @key", new { key });
    }

    internal async Task<IReadOnlyList<Payment>> FindByOrderAsync(string orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<Payment>($"select {Columns} from payments where order_id = @orderId order by payment_key limit 100",
            new { orderId })];
    }

    /// <summary>Finds the payment or creates it; creates it as canceled if its refund came first.</summary>
    internal async Task<Payment> BeginChargeAsync(string key, ChargeRequest request, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        var barrier = await database.Barrier.EnterActionAsync(work.Transaction, key, cancellationToken);
        await work.Connection.ExecuteAsync(
            """
            insert into payments (payment_key, order_id, amount, payment_token, status, asked, queued)
            values (@key, @OrderId, @Amount, @PaymentToken, @status, 1, 0)
            on conflict (payment_key) do update
            set asked = payments.asked + 1
            """,
            new
            {
                key,
                request.OrderId,
                request.Amount,
                request.PaymentToken,
                status = barrier == BarrierEntry.DanglingAction ? PaymentStatus.Cancelled : PaymentStatus.Unknown,
            },
            work.Transaction);
        var payment = await ReadAsync(work, key);
        await work.CommitAsync(cancellationToken);
        return payment;
    }

    /// <summary>Queues the payment for a later charge; the message and the status commit together.</summary>
    internal async Task<Payment> QueueAsync(Payment payment, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        var queued = await work.Connection.ExecuteAsync(
            "update payments set status = @queued, queued = 1 where payment_key = @PaymentKey and status = @unknown",
            new { payment.PaymentKey, queued = PaymentStatus.Queued, unknown = PaymentStatus.Unknown },
            work.Transaction);
        if (queued == 1)
        {
            work.Publish(new PaymentRetry(payment.OrderId, payment.Amount, payment.PaymentKey), aggregateType: "Payment", aggregateId: payment.PaymentKey);
        }

        var now = await ReadAsync(work, payment.PaymentKey);
        await work.CommitAsync(cancellationToken);
        return now;
    }

    /// <summary>Prevents later charges of the key. The payment is refunding if the gateway must be called, and canceled if no charge ever started.</summary>
    internal async Task<Payment> BeginRefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        var barrier = await database.Barrier.EnterCompensationAsync(work.Transaction, request.ActionKey, cancellationToken);
        if (barrier == BarrierEntry.EmptyCompensation)
        {
            await work.Connection.ExecuteAsync(
                """
                insert into payments (payment_key, order_id, amount, payment_token, status, reason, asked, queued)
                values (@ActionKey, @OrderId, 0, '', @status, 'refunded before it was charged', 0, 0)
                on conflict (payment_key) do nothing
                """,
                new { request.ActionKey, request.OrderId, status = PaymentStatus.Cancelled },
                work.Transaction);
        }

        await work.Connection.ExecuteAsync(
            "update payments set status = @refunding where payment_key = @ActionKey and status in (@charged, @unknown, @queued)",
            new
            {
                request.ActionKey,
                refunding = PaymentStatus.Refunding,
                charged = PaymentStatus.Charged,
                unknown = PaymentStatus.Unknown,
                queued = PaymentStatus.Queued,
            },
            work.Transaction);
        var payment = await ReadAsync(work, request.ActionKey);
        await work.CommitAsync(cancellationToken);
        return payment;
    }

    /// <summary>Records the gateway's reply. The reply to a charge never overwrites a refund that has started since.</summary>
    internal async Task<Payment> RecordAsync(Payment payment, string status, string? reason, CancellationToken cancellationToken)
    {
        var (from, orFrom) = payment.Status == PaymentStatus.Refunding
            ? (PaymentStatus.Refunding, PaymentStatus.Refunding)
            : (PaymentStatus.Unknown, PaymentStatus.Queued);
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        await work.Connection.ExecuteAsync(
            "update payments set status = @status, reason = @reason where payment_key = @PaymentKey and status in (@from, @orFrom)",
            new { payment.PaymentKey, status, reason, from, orFrom },
            work.Transaction);
        var now = await ReadAsync(work, payment.PaymentKey);
        await work.CommitAsync(cancellationToken);
        return now;
    }

    private static Task<Payment> ReadAsync(OutboxUnitOfWork work, string key)
        => work.Connection.QuerySingleAsync<Payment>($"select {Columns} from payments where payment_key = @key", new { key }, work.Transaction);
}
