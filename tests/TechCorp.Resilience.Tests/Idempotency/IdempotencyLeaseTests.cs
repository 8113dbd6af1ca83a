namespace TechCorp.Resilience.Tests;

public sealed class IdempotencyLeaseTests
{
    private readonly IdempotencyScene _scene = new();
    private readonly TaskCompletionSource<Receipt> _gate = new();

    [Fact, Trait("Spec", "ID13")]
    public async Task When_a_process_dies_another_one_runs_it_after_the_lease_and_knows_that_it_is_the_second_attempt()
    {
        await _scene.Memory.TryBeginAsync(new(
            IdempotencyScene.Key, IdempotencyScene.Request, Guid.CreateVersion7(), TimeSpan.FromSeconds(30), TimeSpan.FromHours(24)));
        var other = _scene.NewProcess(new() { WaitTimeout = TimeSpan.FromMinutes(1) });
        IdempotencyLease seen = default;
        TimeSpan ranAt = default;

        var result = await _scene.Clock.RunAsync(_scene.CallAsync(
            _scene.Operation((lease, _) => { seen = lease; ranAt = _scene.Clock.Elapsed; return new(new Receipt("second", 5)); }), other).AsTask());

        result.Replayed.Should().BeFalse();
        ranAt.Should().Be(TimeSpan.FromSeconds(30));
        (seen.Attempt, seen.Fence).Should().Be((2, 2));
    }

    [Fact, Trait("Spec", "ID14")]
    public async Task An_owner_that_finishes_after_it_lost_its_lease_fails_and_the_winners_result_stays()
    {
        _scene.Store.FailRenewalsWith = new IOException("partitioned");
        var zombie = _scene.CallAsync(Gated());
        await _scene.Clock.TimerSetAsync();
        _scene.Clock.Advance(TimeSpan.FromSeconds(30));
        _scene.Store.FailRenewalsWith = null;
        (await _scene.CallAsync(process: _scene.NewProcess())).Value.Id.Should().Be("run 2");

        _gate.SetResult(new Receipt("zombie", 5));

        await zombie.Awaiting(z => z.AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.LeaseLost);
        (await _scene.CallAsync(process: _scene.NewProcess())).Value.Id.Should().Be("run 2");
    }

    [Fact, Trait("Spec", "ID15")]
    public async Task A_zombie_that_fails_does_not_release_the_winners_record()
    {
        _scene.Store.FailRenewalsWith = new IOException("partitioned");
        var zombie = _scene.CallAsync(Gated());
        await _scene.Clock.TimerSetAsync();
        _scene.Clock.Advance(TimeSpan.FromSeconds(30));
        await _scene.CallAsync(process: _scene.NewProcess());

        _gate.SetException(new TimeoutException());

        await zombie.Awaiting(z => z.AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.LeaseLost);
        (await _scene.CallAsync(process: _scene.NewProcess())).Replayed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "ID15")]
    public async Task A_zombie_that_fails_before_it_learns_of_its_loss_does_not_release_the_winners_record_either()
    {
        IdempotencyLease held = default;
        var zombie = _scene.CallAsync(_scene.Operation((lease, _) => { held = lease; return new(_gate.Task); }));
        (await _scene.Memory.ReleaseAsync(held)).Should().BeTrue(); // as good as stolen: the next claim has the next fence
        (await _scene.CallAsync(process: _scene.NewProcess())).Value.Id.Should().Be("run 2");

        _gate.SetException(new TimeoutException());

        await zombie.Awaiting(z => z.AsTask()).Should().ThrowAsync<TimeoutException>();
        (await _scene.CallAsync(process: _scene.NewProcess())).Replayed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "ID16")]
    public async Task A_long_operation_keeps_its_lease_by_renewing_it_every_third()
    {
        var call = _scene.CallAsync(Gated());
        for (var i = 0; i < 9; i++)
        {
            (await _scene.Clock.TimerSetAsync()).Should().Be(TimeSpan.FromSeconds(10));
            _scene.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        _scene.Store.Renewals.Should().Equal(Enumerable.Repeat(true, 9));
        _gate.SetResult(new Receipt("long", 5));
        (await call).Value.Id.Should().Be("long");
        _scene.Clock.TimersAlive.Should().Be(0);
    }

    [Fact, Trait("Spec", "ID16")]
    public async Task An_operation_whose_lease_was_taken_over_is_canceled_and_its_caller_gets_LeaseLost()
    {
        var call = _scene.CallAsync(_scene.Operation(static (_, token) => Hang.UntilCanceled<Receipt>(token)));
        await _scene.Clock.TimerSetAsync();
        _scene.Store.FailRenewalsWith = new IOException("partitioned");
        for (var i = 0; i < 3; i++)
        {
            _scene.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        await call.Awaiting(c => c.AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.LeaseLost);
    }

    [Fact, Trait("Spec", "ID16")]
    public async Task A_renewal_that_fails_once_is_logged_and_tried_again_before_the_lease_ends()
    {
        var log = new ListLogger();
        var process = new IdempotencyExecutor(_scene.Store, timeProvider: _scene.Clock, logger: log);
        var call = _scene.CallAsync(Gated(), process);
        await _scene.Clock.TimerSetAsync();
        _scene.Store.FailRenewalsWith = new IOException("partitioned");
        _scene.Clock.Advance(TimeSpan.FromSeconds(10));
        await _scene.Clock.TimerSetAsync();
        _scene.Store.FailRenewalsWith = null;

        _scene.Clock.Advance(TimeSpan.FromSeconds(10));

        await _scene.Clock.TimerSetAsync();
        _scene.Store.Renewals.Should().Equal(true);
        _gate.SetResult(new Receipt("kept", 5));
        (await call).Value.Id.Should().Be("kept");
        log.Entries.Should().Equal($"1030 The lease of '{IdempotencyScene.Key}' was not renewed; the renewal is tried again before the lease ends.");
    }

    [Fact, Trait("Spec", "ID16")]
    public async Task A_lease_that_is_lost_is_logged()
    {
        var log = new ListLogger();
        var process = new IdempotencyExecutor(_scene.Store, timeProvider: _scene.Clock, logger: log);
        var call = _scene.CallAsync(_scene.Operation(static (_, token) => Hang.UntilCanceled<Receipt>(token)), process);
        await _scene.Clock.TimerSetAsync();
        _scene.Store.FailRenewalsWith = new IOException("partitioned");
        for (var i = 0; i < 3; i++)
        {
            _scene.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        await call.Awaiting(c => c.AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.LeaseLost);

        log.Entries.Should().ContainSingle(entry => entry.StartsWith("1031 ", StringComparison.Ordinal));
    }

    [Fact, Trait("Spec", "ID25")]
    public async Task The_wall_clock_of_a_node_has_no_effect_on_leases()
    {
        var timeProvider = new SplitClock();
        var store = new InMemoryIdempotencyStore(timeProvider: timeProvider);
        var request = new IdempotencyClaimRequest(IdempotencyScene.Key, IdempotencyScene.Request, Guid.CreateVersion7(), TimeSpan.FromSeconds(30),
            TimeSpan.FromHours(1));
        await store.TryBeginAsync(request);

        timeProvider.JumpWall(TimeSpan.FromHours(5));

        (await store.TryBeginAsync(request with { Owner = Guid.CreateVersion7() })).Status.Should().Be(IdempotencyClaimStatus.InProgress);
    }

    private IdempotentOperation<int, Receipt> Gated() => _scene.Operation((_, _) => new ValueTask<Receipt>(_gate.Task));
}
