using Dapper;
using OrderService.Clients;
using OrderService.Messages;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace OrderService.Saga;

/// <summary>The order saga: reserves the inventory, processes the payment, confirms the reservation. On failure it refunds and
/// releases, in reverse order.</summary>
public sealed class OrderSaga(InventoryClient inventory, PaymentClient payments, TimeProvider timeProvider) : Saga<OrderState>
{
    // One attempt less than the failures that open the payment circuit, so that one failing order does not block the payments of the others.
    private static readonly StepRetry PaymentRetry = new() { MaxAttempts = 4 };
    private static readonly TimeSpan PollDelay = TimeSpan.FromMilliseconds(500);

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
        => await inventory.ReserveAsync(step.IdempotencyKey, step.State, cancellationToken) is { } rejection
            ? StepOutcome.Rejected(rejection)
            : StepOutcome.Success();

    private async Task<StepOutcome> ProcessPaymentAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
    {
        try
        {
            return await payments.ChargeAsync(step.IdempotencyKey, step.State, cancellationToken) switch
            {
                { Outcome: ChargeOutcome.Charged } => StepOutcome.Success(),
                { Outcome: ChargeOutcome.Declined } => StepOutcome.Rejected("payment declined"),
                { Outcome: ChargeOutcome.Running, RetryAfter: { } wait } => StepOutcome.Pending(wait, "an earlier attempt of the payment still runs"),
                _ => StepOutcome.Pending(PollDelay, "the payment is queued"),
            };
        }
        catch (CircuitOpenException)
        {
            return StepOutcome.Pending(PollDelay, "the payment service is down"); // nothing was sent, so this does not count as an attempt
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
        end.Publish(new OrderCompleted("order.completed", order.OrderId, order.UserId, timeProvider.GetUtcNow()), aggregateType: "Order",
            aggregateId: order.OrderId);
        return EndAsync(end, "completed");
    }

    private Task CancelAsync(SagaTransaction<OrderState> end, CancellationToken cancellationToken)
    {
        var order = end.State;
        end.Publish(new OrderCancelled("order.cancelled", order.OrderId, order.UserId, end.Reason ?? "", timeProvider.GetUtcNow()), aggregateType: "Order",
            aggregateId: order.OrderId);
        return EndAsync(end, "cancelled");
    }

    private static Task EndAsync(SagaTransaction<OrderState> end, string status) => end.Connection.ExecuteAsync(
        "update orders set status = @status, reason = @Reason where order_id = @OrderId", new { status, end.Reason, end.State.OrderId }, end.Transaction);
}
