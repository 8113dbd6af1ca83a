using Dapper;
using OrderService.Clients;
using OrderService.Messages;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace OrderService.Saga;

/// <summary>The seed's order saga: reserve inventory, process payment, confirm the reservation; on failure refund and release, in reverse order.</summary>
public sealed class OrderSaga(InventoryClient inventory, PaymentClient payments, TimeProvider timeProvider) : Saga<OrderState>
{
    // One less than the failures that open the payment circuit: the trouble of one order never closes the till for all.
    private static readonly StepRetry PaymentRetry = new() { Attempts = 4 };
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public override string Name => "order";

    /// <inheritdoc/>
    protected override void Define(SagaSteps<OrderState> steps) => steps
        .Step("reserve-inventory", ReserveInventoryAsync, compensate: ReleaseInventoryAsync)
        .Step("process-payment", ProcessPaymentAsync, compensate: RefundPaymentAsync, PaymentRetry)
        .Step("confirm-reservation", ConfirmReservationAsync).Retriable()
        .OnCompleted(CompleteAsync)
        .OnCompensated(CancelAsync);

    private async Task<StepOutcome> ReserveInventoryAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
        => await inventory.ReserveAsync(step.IdempotencyKey, step.State, cancellationToken) is { } refusal ? StepOutcome.Rejected(refusal) : StepOutcome.Success();

    private async Task<StepOutcome> ProcessPaymentAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
    {
        try
        {
            return await payments.ChargeAsync(step.IdempotencyKey, step.State, cancellationToken) switch
            {
                { Answer: ChargeAnswer.Charged } => StepOutcome.Success(),
                { Answer: ChargeAnswer.Declined } => StepOutcome.Rejected("payment declined"),
                { Answer: ChargeAnswer.Running, RetryAfter: { } wait } => StepOutcome.Pending(wait, "an earlier attempt of the payment still runs"),
                _ => StepOutcome.Pending(AskAgainAfter, "the payment is queued"),
            };
        }
        catch (CircuitOpenException)
        {
            return StepOutcome.Pending(AskAgainAfter, "the payment service is down"); // nothing was sent: it is no attempt
        }
    }

    private async Task<StepOutcome> ConfirmReservationAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
    {
        await inventory.ConfirmAsync(step.IdempotencyKey, step.BusinessKey, cancellationToken);
        return StepOutcome.Success();
    }

    private Task RefundPaymentAsync(CompensationContext<OrderState> step, CancellationToken cancellationToken)
        => payments.RefundAsync(step.IdempotencyKey, step.ActionKey, step.BusinessKey, cancellationToken);

    private Task ReleaseInventoryAsync(CompensationContext<OrderState> step, CancellationToken cancellationToken)
        => inventory.ReleaseAsync(step.IdempotencyKey, step.ActionKey, step.BusinessKey, cancellationToken);

    private Task CompleteAsync(SagaTransaction<OrderState> end, CancellationToken cancellationToken)
    {
        var order = end.State;
        end.Publish(new OrderCompleted("order.completed", order.OrderId, order.UserId, timeProvider.GetUtcNow()), aggregateType: "Order", aggregateId: order.OrderId);
        return EndAsync(end, "completed");
    }

    private Task CancelAsync(SagaTransaction<OrderState> end, CancellationToken cancellationToken)
    {
        var order = end.State;
        end.Publish(new OrderCancelled("order.cancelled", order.OrderId, order.UserId, end.Reason ?? "", timeProvider.GetUtcNow()), aggregateType: "Order", aggregateId: order.OrderId);
        return EndAsync(end, "cancelled");
    }

    private static Task EndAsync(SagaTransaction<OrderState> end, string status) => end.Connection.ExecuteAsync(
        "update orders set status = @status, reason = @Reason where order_id = @OrderId", new { status, end.Reason, end.State.OrderId }, end.Transaction);
}
