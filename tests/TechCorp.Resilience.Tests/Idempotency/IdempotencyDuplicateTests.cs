namespace TechCorp.Resilience.Tests;

public sealed class IdempotencyDuplicateTests
{
    private readonly IdempotencyScene _scene = new();
    private readonly TaskCompletionSource<Receipt> _gate = new();

    [Fact, Trait("Spec", "ID3")]
    public async Task A_thousand_duplicates_in_one_process_run_it_once_with_one_claim()
    {
        var operation = Gated();
        Task<IdempotentResult<Receipt>>[] calls = [.. Enumerable.Range(0, 1_000).Select(_ => Task.Run(async () => await _scene.CallAsync(operation)))];

        _gate.SetResult(new Receipt("once", 5));

        var results = await Task.WhenAll(calls);
        _scene.Runs.Should().Be(1);
        results.Should().OnlyContain(r => r.Value == new Receipt("once", 5));
        results.Count(r => !r.Replayed).Should().Be(1);
    }

    [Safeguard("Single flight", SwitchedOff = "every call leads its own flight")]
    [Fact, Trait("Spec", "ID3")]
    public async Task Duplicates_that_come_while_it_runs_cause_no_further_claim()
    {
        var operation = Gated();
        Task<IdempotentResult<Receipt>>[] calls = [.. Enumerable.Range(0, 1_000).Select(_ => _scene.CallAsync(operation).AsTask())];
        _scene.Store.Claims.Should().Be(1);

        _gate.SetResult(new Receipt("once", 5));

        await Task.WhenAll(calls);
        _scene.Store.Claims.Should().Be(1);
        _scene.Store.Completions.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID4")]
    public async Task A_duplicate_in_another_process_waits_and_gets_the_result()
    {
        var winner = _scene.CallAsync(Gated());
        await _scene.Clock.TimerSetAsync();
        var loser = _scene.CallAsync(process: _scene.NewProcess());
        (await _scene.Clock.TimerSetAsync()).Should().Be(TimeSpan.FromMilliseconds(50));
        loser.IsCompleted.Should().BeFalse();

        _gate.SetResult(new Receipt("winner", 5));
        await winner;
        _scene.Clock.Advance(TimeSpan.FromMilliseconds(50));

        (await loser).Should().Be(new IdempotentResult<Receipt>(new Receipt("winner", 5), Replayed: true));
        _scene.Runs.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID4")]
    public async Task By_choice_a_duplicate_in_another_process_ends_with_a_conflict_at_once()
    {
        var winner = _scene.CallAsync(Gated());

        Func<Task> loser = async () => await _scene.CallAsync(process: _scene.NewProcess(new() { WaitTimeout = TimeSpan.Zero }));

        (await loser.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.Conflict)).Which.RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
        _gate.SetResult(new Receipt("winner", 5));
        await winner;
    }

    [Fact, Trait("Spec", "ID4")]
    public async Task By_choice_a_duplicate_in_the_same_process_ends_with_a_conflict_too()
    {
        var process = _scene.NewProcess(new() { WaitTimeout = TimeSpan.Zero });
        var winner = _scene.CallAsync(Gated(), process);

        await _scene.Awaiting(s => s.CallAsync(process: process).AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.Conflict);

        _gate.SetResult(new Receipt("winner", 5));
        await winner;
    }

    [Fact, Trait("Spec", "ID29")]
    public async Task A_wait_in_the_same_process_that_takes_too_long_ends_with_a_conflict_too()
    {
        var process = _scene.NewProcess(new() { WaitTimeout = TimeSpan.FromSeconds(2) });
        var winner = _scene.CallAsync(Gated(), process);
        await _scene.Clock.TimerSetAsync();
        var loser = _scene.CallAsync(process: process);

        _scene.Clock.Advance(TimeSpan.FromSeconds(2));

        (await loser.Awaiting(c => c.AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.Conflict)).Which.RetryAfter.Should()
            .Be(TimeSpan.FromSeconds(30));
        _gate.SetResult(new Receipt("winner", 5));
        await winner;
    }

    [Fact, Trait("Spec", "ID4")]
    public async Task The_interval_between_polls_of_a_key_that_another_process_holds_doubles()
    {
        var winner = _scene.CallAsync(Gated());
        await _scene.Clock.TimerSetAsync();
        var waiting = _scene.CallAsync(process: _scene.NewProcess());
        var pauses = new List<double>();

        for (var poll = 0; poll < 4; poll++)
        {
            var pause = await _scene.Clock.TimerSetAsync();
            pauses.Add(pause.TotalMilliseconds);
            _scene.Clock.Advance(pause);
        }

        pauses.Should().Equal(50, 100, 200, 400);
        await _scene.Clock.TimerSetAsync();
        _gate.SetResult(new Receipt("winner", 5));
        await winner;
        _scene.Clock.Advance(TimeSpan.FromSeconds(1));
        (await waiting).Replayed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "ID29")]
    public async Task A_wait_that_takes_too_long_ends_with_a_conflict_that_says_when_to_come_back()
    {
        var winner = _scene.CallAsync(Gated());
        await _scene.Clock.TimerSetAsync();
        var other = _scene.NewProcess(new() { WaitTimeout = TimeSpan.FromSeconds(2) });

        Func<Task> loser = () => _scene.Clock.RunAsync(_scene.CallAsync(process: other).AsTask());

        (await loser.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.Conflict)).Which.RetryAfter.Should().Be(TimeSpan.FromSeconds(28));
        _scene.Clock.Elapsed.Should().Be(TimeSpan.FromSeconds(2));
        _gate.SetResult(new Receipt("winner", 5));
        await winner;
    }

    [Fact, Trait("Spec", "ID12")]
    public async Task A_waiter_that_cancels_cancels_nobody_else()
    {
        using var impatient = new CancellationTokenSource();
        var leader = _scene.CallAsync(Gated());
        var waiter = _scene.CallAsync(cancellationToken: impatient.Token);
        var patient = _scene.CallAsync();

        await impatient.CancelAsync();

        (await waiter.Awaiting(w => w.AsTask()).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(impatient.Token);
        _gate.SetResult(new Receipt("leader", 5));
        (await leader).Replayed.Should().BeFalse();
        (await patient).Value.Id.Should().Be("leader");
    }

    [Safeguard("A leader's cancellation is its own", SwitchedOff = "waiters share it")]
    [Fact, Trait("Spec", "ID12")]
    public async Task When_the_leader_cancels_a_waiter_takes_its_place()
    {
        using var leaving = new CancellationTokenSource();
        var leader = _scene.CallAsync(
            _scene.Operation(static (_, token) => Hang.UntilCanceled<Receipt>(token)), cancellationToken: leaving.Token);
        var waiter = _scene.CallAsync();

        await leaving.CancelAsync();

        (await leader.Awaiting(l => l.AsTask()).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(leaving.Token);
        (await waiter).Should().Be(new IdempotentResult<Receipt>(new Receipt("run 2", 5), Replayed: false));
    }

    [Fact, Trait("Spec", "ID8")]
    public async Task Waiters_get_the_failure_of_the_run_they_waited_for()
    {
        var leader = _scene.CallAsync(Gated());
        var waiter = _scene.CallAsync();

        _gate.SetException(new TimeoutException("gateway"));

        await leader.Awaiting(l => l.AsTask()).Should().ThrowAsync<TimeoutException>();
        await waiter.Awaiting(w => w.AsTask()).Should().ThrowAsync<TimeoutException>();
        _scene.Runs.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID3")]
    public async Task A_cancellation_of_the_operations_own_is_everybodys_failure()
    {
        Task<IdempotentResult<Receipt>>[] calls = [.. Enumerable.Range(0, 2).Select(_ => _scene.CallAsync(Gated()).AsTask())];

        _gate.SetException(new OperationCanceledException("the gateway hung up"));

        foreach (var call in calls)
        {
            await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>().WithMessage("the gateway hung up");
        }

        _scene.Runs.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID3")]
    public async Task A_failure_of_a_leader_whose_caller_has_gone_is_everybodys_failure_too()
    {
        using var gone = new CancellationTokenSource();
        var leader = _scene.CallAsync(Gated(), cancellationToken: gone.Token).AsTask();
        var duplicate = _scene.CallAsync(Gated()).AsTask();
        await gone.CancelAsync();

        _gate.SetException(new FormatException("card declined"));

        await leader.Awaiting(c => c).Should().ThrowAsync<FormatException>();
        await duplicate.Awaiting(c => c).Should().ThrowAsync<FormatException>();
        _scene.Runs.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID28")]
    public async Task An_operation_that_calls_itself_under_the_same_key_fails()
    {
        var selfish = _scene.Operation(async (_, _) =>
        {
            await Task.Yield();
            return (await _scene.CallAsync()).Value;
        });

        await _scene.Awaiting(s => s.CallAsync(selfish).AsTask()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*called itself*");
    }

    [Fact, Trait("Spec", "ID28")]
    public async Task Another_key_inside_and_the_same_key_afterwards_are_fine()
    {
        await _scene.CallAsync(_scene.Operation(async (_, _) => (await _scene.CallAsync(key: new IdempotencyKey("acme/payments", "inner"))).Value));

        (await _scene.CallAsync()).Replayed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "ID28")]
    public async Task What_an_operation_left_running_may_use_its_key_when_it_has_ended()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<IdempotentResult<Receipt>>? leftRunning = null;
        await _scene.CallAsync(_scene.Operation((_, _) =>
        {
            leftRunning = CallLaterAsync();
            return new ValueTask<Receipt>(new Receipt("first", 1));
        }));

        ended.SetResult();

        (await leftRunning!).Should().Be(new IdempotentResult<Receipt>(new Receipt("first", 1), Replayed: true));

        async Task<IdempotentResult<Receipt>> CallLaterAsync()
        {
            await ended.Task;
            return await _scene.CallAsync();
        }
    }

    [Fact, Trait("Spec", "ID28")]
    public async Task Another_service_in_the_same_process_may_use_the_same_key_inside()
    {
        var other = new IdempotencyScene();

        var result = await _scene.CallAsync(_scene.Operation(async (_, _) => (await other.CallAsync()).Value));

        result.Value.Id.Should().Be("run 1");
    }

    private IdempotentOperation<int, Receipt> Gated() => _scene.Operation((_, _) => new ValueTask<Receipt>(_gate.Task));
}
