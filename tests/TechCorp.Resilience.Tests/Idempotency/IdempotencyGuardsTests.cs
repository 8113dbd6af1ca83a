namespace TechCorp.Resilience.Tests;

/// <summary>What is refused before anything happens.</summary>
public sealed class IdempotencyGuardsTests
{
    private readonly IdempotencyScene _scene = new();

    [Fact]
    public void A_missing_operation_is_refused()
    {
        FluentActions.Invoking(() => _scene.Process.ExecuteAsync<int, Receipt>(null!, IdempotencyScene.Key, IdempotencyScene.Request, 0))
            .Should().Throw<ArgumentNullException>().WithParameterName("operation");
        FluentActions.Invoking(() => _scene.Process.ResolveAsync<int, Receipt>(null!, IdempotencyScene.Key, new Receipt("r", 1)))
            .Should().Throw<ArgumentNullException>().WithParameterName("operation");
    }

    [Fact]
    public void A_description_without_its_parts_is_refused()
    {
        var serializer = new JsonResultSerializer<Receipt>("receipt", ShopJson.Default.Receipt);

        FluentActions.Invoking(() => new IdempotentOperation<int, Receipt>(null!, serializer)).Should().Throw<ArgumentNullException>()
            .WithParameterName("operation");
        FluentActions.Invoking(() => new IdempotentOperation<int, Receipt>((_, _, _) => default, null!)).Should().Throw<ArgumentNullException>()
            .WithParameterName("serializer");
        FluentActions.Invoking(() => new JsonResultSerializer<Receipt>("", ShopJson.Default.Receipt)).Should().Throw<ArgumentException>()
            .WithParameterName("typeTag").WithMessage("A type tag is needed.*");
    }

    [Fact]
    public async Task A_call_that_is_canceled_before_it_begins_claims_nothing()
    {
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();

        await _scene.Awaiting(s => s.CallAsync(cancellationToken: caller.Token).AsTask()).Should().ThrowAsync<OperationCanceledException>();

        _scene.Store.Claims.Should().Be(0);
    }

    [Fact]
    public void A_store_without_room_and_a_sweep_of_nothing_are_refused()
    {
        FluentActions.Invoking(() => new InMemoryIdempotencyStore(capacity: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("capacity");
        _scene.Memory.Invoking(m => m.SweepAsync(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("maxRecords");
    }

    [Fact]
    public void The_store_refuses_the_default_key()
    {
        _scene.Memory.Invoking(m => m.TryBeginAsync(default)).Should().Throw<ArgumentException>().WithParameterName("request");
        _scene.Memory.Invoking(m => m.ResolveAsync(default, null, TimeSpan.FromHours(1))).Should().Throw<ArgumentException>()
            .WithParameterName("key").WithMessage("The idempotency key is the default value; construct it from a scope and a key.*");
    }

    [Fact]
    public void The_store_does_nothing_for_a_caller_that_has_canceled()
    {
        var canceled = new CancellationToken(canceled: true);
        var request = new IdempotencyClaimRequest(IdempotencyScene.Key, default, Guid.CreateVersion7(), TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));
        Action[] calls =
        [
            () => _scene.Memory.TryBeginAsync(request, canceled),
            () => _scene.Memory.CompleteAsync(default(IdempotencyLease) with { Key = IdempotencyScene.Key }, default, TimeSpan.FromHours(1), canceled),
            () => _scene.Memory.ReleaseAsync(default(IdempotencyLease) with { Key = IdempotencyScene.Key }, canceled),
            () => _scene.Memory.RenewAsync(default(IdempotencyLease) with { Key = IdempotencyScene.Key }, TimeSpan.FromSeconds(1), canceled),
            () => _scene.Memory.ResolveAsync(IdempotencyScene.Key, null, TimeSpan.FromHours(1), canceled),
            () => _scene.Memory.SweepAsync(1, canceled),
        ];

        calls.Should().AllSatisfy(call => call.Should().Throw<OperationCanceledException>());
        _scene.Memory.Count.Should().Be(0);
    }
}
