using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>The order saga: reserve inventory, process payment, confirm reservation; refund and release in reverse order.</summary>
internal sealed class OrderSaga(SagaWarehouse warehouse, SagaGateway gateway) : Saga<OrderState>
{
    public override string Name => "order";

    protected override void Define(SagaSteps<OrderState> steps) => steps
        .Step("reserve-inventory", ReserveAsync, compensate: ReleaseAsync)
        .Step("process-payment", PayAsync, compensate: RefundAsync)
        .Step("confirm-reservation", ConfirmAsync).Retriable()
        .OnCompleted(end => end.Publish(new OrderEnded(end.BusinessKey, "completed", null)))
        .OnCompensated(end => end.Publish(new OrderEnded(end.BusinessKey, "compensated", end.Reason)));

    private async Task<StepOutcome> ReserveAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
    {
        var reservation = await warehouse.ReserveAsync(step.IdempotencyKey, step.BusinessKey, step.State.Quantity, cancellationToken);
        if (reservation is null)
        {
            return StepOutcome.Rejected("Out of stock.");
        }

        step.State = step.State with { ReservationId = reservation };
        return StepOutcome.Success(reservation);
    }

    private Task ReleaseAsync(CompensationContext<OrderState> step, CancellationToken cancellationToken)
        => warehouse.ReleaseAsync(step.ActionKey, step.BusinessKey, step.State.Quantity, cancellationToken);

    private Task<StepOutcome> PayAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
        => gateway.ChargeAsync(step.IdempotencyKey, step.BusinessKey, step.State.Amount, cancellationToken);

    private Task RefundAsync(CompensationContext<OrderState> step, CancellationToken cancellationToken)
        => gateway.RefundAsync(step.ActionKey, step.BusinessKey, step.State.Amount, cancellationToken);

    private async Task<StepOutcome> ConfirmAsync(StepContext<OrderState> step, CancellationToken cancellationToken)
    {
        await warehouse.ConfirmAsync(step.IdempotencyKey, step.BusinessKey, step.State.Quantity, cancellationToken);
        return StepOutcome.Success();
    }
}
