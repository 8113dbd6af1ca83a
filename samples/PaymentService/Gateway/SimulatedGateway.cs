using System.Data.Common;
using Dapper;
using TechCorp.Samples;

namespace PaymentService.Gateway;

/// <summary>
/// Simulates a payment provider, with its own ledger that survives crashes of the service. The payment token selects its behavior:
/// <c>tok_declined</c> declines, <c>tok_slow</c> never replies, <c>tok_lost_reply</c> charges and loses every reply to a charge. During an
/// outage it refuses every request.
/// </summary>
/// <param name="ledger">The provider's database, not the service's; disposed with the gateway.</param>
/// <param name="mutation">A fault that the checks of OrderFlow must detect: <c>double-charge</c> charges twice, <c>decline-all</c> declines
/// every card, <c>stall</c> never replies.</param>
public sealed class SimulatedGateway(ServiceDatabase ledger, string? mutation = null) : IPaymentGateway, IHostedService, IAsyncDisposable
{
    private const string Tables = """
        create table if not exists gateway_charges (
          charge_id text primary key,
          payment_key text not null,
          order_id text not null,
          amount bigint not null
        );
        create table if not exists gateway_refunds (
          payment_key text primary key,
          amount bigint not null
        );
        """;

    private volatile bool _outage;

    /// <summary>Whether the gateway refuses every request.</summary>
    public bool Outage
    {
        get => _outage;
        set => _outage = value;
    }

    /// <inheritdoc/>
    public async Task<GatewayReply> ChargeAsync(Payment payment, CancellationToken cancellationToken)
    {
        RefuseDuringOutage();
        if (payment.PaymentToken == "tok_slow" || mutation == "stall")
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        if (payment.PaymentToken == "tok_declined" || mutation == "decline-all")
        {
            return new GatewayReply(false, "card declined");
        }

        var charged = await BookChargeAsync(payment, cancellationToken);
        return payment.PaymentToken == "tok_lost_reply"
            ? throw new GatewayReplyLostException("The gateway closed the connection before it replied.")
            : charged;
    }

    /// <inheritdoc/>
    public async Task<bool> RefundAsync(string paymentKey, CancellationToken cancellationToken)
    {
        RefuseDuringOutage();
        return await InTransactionAsync(paymentKey, async transaction =>
        {
            var charged = await ChargedAsync(transaction, paymentKey);
            await transaction.Connection!.ExecuteAsync(
                "insert into gateway_refunds (payment_key, amount) values (@paymentKey, @charged) on conflict (payment_key) do nothing",
                new { paymentKey, charged }, transaction);
            return charged > 0;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ledger.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (ledger.Schema is { } schema)
        {
            await connection.ExecuteAsync($"select pg_advisory_xact_lock(hashtext('{schema}')); create schema if not exists {schema};",
                transaction: transaction);
        }

        await connection.ExecuteAsync(Tables, transaction: transaction);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ledger.DisposeAsync();

    private Task<GatewayReply> BookChargeAsync(Payment payment, CancellationToken cancellationToken)
        => InTransactionAsync(payment.PaymentKey, async transaction =>
    {
        var connection = transaction.Connection!;
        if (await connection.ExecuteScalarAsync<long>("select count(*) from gateway_refunds where payment_key = @PaymentKey", payment, transaction) > 0)
        {
            return new GatewayReply(false, "already refunded");
        }

        if (await ChargedAsync(transaction, payment.PaymentKey) == 0)
        {
            for (var times = mutation == "double-charge" ? 2 : 1; times > 0; times--)
            {
                await connection.ExecuteAsync(
                    "insert into gateway_charges (charge_id, payment_key, order_id, amount) values (@chargeId, @PaymentKey, @OrderId, @Amount)",
                    new { chargeId = Guid.CreateVersion7().ToString(), payment.PaymentKey, payment.OrderId, payment.Amount },
                    transaction);
            }
        }

        return new GatewayReply(true);
    }, cancellationToken);

    private async Task<T> InTransactionAsync<T>(string paymentKey, Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await ledger.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (ledger.Schema is not null)
        {
            await connection.ExecuteAsync("select pg_advisory_xact_lock(hashtext(@paymentKey))", new { paymentKey }, transaction);
        }

        var result = await work(transaction);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    private static Task<long> ChargedAsync(DbTransaction transaction, string paymentKey) => transaction.Connection!.ExecuteScalarAsync<long>(
        "select coalesce(sum(amount), 0) from gateway_charges where payment_key = @paymentKey", new { paymentKey }, transaction);

    private void RefuseDuringOutage()
    {
        if (_outage)
        {
            throw new GatewayUnavailableException("The payment gateway refuses connections.");
        }
    }
}
