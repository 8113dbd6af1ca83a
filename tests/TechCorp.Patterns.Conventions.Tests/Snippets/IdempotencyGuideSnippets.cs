#region snippet: usings-idempotency
using TechCorp.Resilience;
#endregion

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

internal static class IdempotencyGuideSnippets
{
    internal static async Task<Receipt> ChargeAsync(IdempotencyExecutor idempotency, IPayments payments, OrderState order, string key,
        ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        #region snippet: idempotency
        var charge = new IdempotentOperation<OrderState, Receipt>(
            (state, lease, token) => payments.ChargeCardAsync(state, token),
            "receipt", ShopJson.Default.Receipt);
        var result = await idempotency.ExecuteAsync(charge, new IdempotencyKey("payments", key), Fingerprint.Of(body.Span), order, cancellationToken);
        return result.Value; // result.Replayed tells whether it is the stored result of an earlier call
        #endregion
    }

    internal static async Task<bool> OnceAsync(IdempotencyExecutor idempotency, IdempotentOperation<PaidOrder, Receipt> charge, PaidOrder order, string header,
        byte[] body, CancellationToken cancellationToken)
    {
        #region snippet: guide-idempotency
        var result = await idempotency.ExecuteAsync(
            charge, new IdempotencyKey("acme/payments", header), Fingerprint.Of(body), order, cancellationToken);
        return result.Replayed; // result.Value is the same for both calls
        #endregion
    }
}
