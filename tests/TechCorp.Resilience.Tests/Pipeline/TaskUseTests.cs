using System.Diagnostics.CodeAnalysis;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Resilience.Tests;

/// <summary>What callers may do with the task of a call that the rules of <see cref="ValueTask"/> forbid: each use ends as a <see cref="Task"/> would, and
/// no other call notices.</summary>
[SuppressMessage("Usage", "xUnit1031:Do not use blocking task operations in test method", Justification = "That callers block is what is tested.")]
public sealed class TaskUseTests
{
    private readonly TaskCompletionSource<int> _answer = new();
    private readonly ResiliencePipeline _pipeline = ResiliencePipeline.Create("uses", timeProvider: new TestClock());

    [Fact, Trait("Spec", "FR1")]
    public async Task It_may_be_awaited_twice_and_after_the_end()
    {
        var call = Begin(_answer);
        var first = AwaitAsync(call);
        _answer.SetResult(7);

        (await first).Should().Be(7);
        await OthersAreRightAsync();
        (await call).Should().Be(7);
        (await call.AsTask()).Should().Be(7);
        call.GetAwaiter().GetResult().Should().Be(7);
    }

    [Fact, Trait("Spec", "FR1")]
    public async Task It_may_be_awaited_by_two_callers_at_once()
    {
        var call = Begin(_answer);
        var both = new[] { AwaitAsync(call), AwaitAsync(call) };

        _answer.SetResult(7);

        (await Eventually.Ends(Task.WhenAll(both), "both end")).Should().Equal(7, 7);
        await OthersAreRightAsync();
    }

    [Fact, Trait("Spec", "FR1")]
    public async Task It_may_be_made_a_task_twice()
    {
        var call = Begin(_answer);
        var both = new[] { call.AsTask(), call.AsTask() };

        _answer.SetResult(7);

        (await Eventually.Ends(Task.WhenAll(both), "both end")).Should().Equal(7, 7);
        await OthersAreRightAsync();
    }

    [Fact, Trait("Spec", "FR1")]
    public async Task A_task_that_nobody_awaits_harms_no_other_call()
    {
        for (var i = 0; i < 100; i++)
        {
            _ = Begin(new TaskCompletionSource<int>());
            _ = Begin(_answer);
        }

        _answer.SetResult(7);

        await OthersAreRightAsync();
    }

    [Fact, Trait("Spec", "FR1")]
    public async Task A_failure_may_be_taken_twice()
    {
        var call = new CircuitBreaker("uses").ExecuteAsync(static (answer, _) => new ValueTask<int>(answer.Task), _answer);
        var failure = new TimeoutException();
        _answer.SetException(failure);

        (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutException>()).Which.Should().BeSameAs(failure);
        call.Invoking(c => c.GetAwaiter().GetResult()).Should().Throw<TimeoutException>().Which.Should().BeSameAs(failure);
    }

    [Safeguard("The task of an operation is preserved", SwitchedOff = "`AttemptCompletion.FinishAsync` awaits it as it is: the test process dies")]
    [Fact, Trait("Spec", "FR1")]
    public async Task An_operation_that_returns_one_pending_source_to_two_calls_fails_the_second_and_no_other()
    {
        var source = new OnceSource();
        var policy = new TimeoutPolicy("shared source", timeProvider: new TestClock());
        var first = policy.ExecuteAsync(static (one, _) => one.Begin(), source).AsTask();

        var second = policy.ExecuteAsync(static (one, _) => one.Begin(), source).AsTask();

        await second.Awaiting(task => task).Should().ThrowAsync<InvalidOperationException>();
        source.Complete(7);
        (await Eventually.Ends(first, "the first call has its answer")).Should().Be(7);
        await OthersAreRightAsync();
    }

    [Fact, Trait("Spec", "FR1")]
    public async Task A_source_that_goes_on_twice_disturbs_no_other_call()
    {
        for (var i = 0; i < 100; i++)
        {
            var source = new RepeatingSource();
            var call = _pipeline.ExecuteAsync(static (twice, _) => new ValueTask<int>(twice, 0), source).AsTask();
            source.Invoking(twice => twice.Complete(7)).Should().Throw<ArgumentException>("the source breaks its rules, and hears of it itself");
            (await Eventually.Ends(call, "the call has its answer")).Should().Be(7);
        }

        await OthersAreRightAsync();
    }

    [Safeguard("A completed source is taken once", SwitchedOff = "`PipelineExecutor.InvokeAsync` returns the operation's task as it is")]
    [Fact, Trait("Spec", "FR1")]
    public async Task The_result_of_a_source_that_has_completed_is_taken_once_however_often_the_caller_takes_it()
    {
        var source = new OnceSource();
        source.Complete(7);

        var call = _pipeline.ExecuteAsync(static (one, _) => one.Begin(), source);

        call.GetAwaiter().GetResult().Should().Be(7);
        (await call).Should().Be(7);
        source.Reads.Should().Be(1);
    }

    [Safeguard("The task of a fallback is preserved", SwitchedOff = "`FallbackStage.EndAsync` awaits it as it is: the test process dies")]
    [Fact, Trait("Spec", "FR1")]
    public async Task A_fallback_that_returns_one_pending_source_to_two_calls_fails_the_second_and_no_other()
    {
        var source = new OnceSource();
        _pipeline.CircuitBreaker!.Isolate();
        var first = FallBack().AsTask();

        var second = FallBack().AsTask();

        await second.Awaiting(task => task).Should().ThrowAsync<InvalidOperationException>();
        source.Complete(7);
        (await Eventually.Ends(first, "the first call has its answer")).Should().Be(7);

        ValueTask<int> FallBack() => _pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(0), static (one, _, _) => one.Begin(), source);
    }

    [Safeguard("The task of an idempotent operation is preserved", SwitchedOff = "`IdempotentRun.RunAsync` awaits it as it is: the test process dies")]
    [Fact, Trait("Spec", "FR1")]
    public async Task An_idempotent_operation_that_returns_one_pending_source_to_two_calls_fails_the_second_and_no_other()
    {
        var source = new OnceSource();
        var executor = new IdempotencyExecutor(new InMemoryIdempotencyStore());
        var operation = new IdempotentOperation<OnceSource, int>(static (one, _, _) => one.Begin(), "number", ShopJson.Default.Int32);
        var first = Execute("1");

        var second = Execute("2");

        await second.Awaiting(task => task).Should().ThrowAsync<InvalidOperationException>();
        source.Complete(7);
        (await Eventually.Ends(first, "the first call has its answer")).Value.Should().Be(7);

        Task<IdempotentResult<int>> Execute(string key) => executor.ExecuteAsync(operation, new IdempotencyKey("uses", key), Fingerprint.None, source).AsTask();
    }

    [Fact, Trait("Spec", "FR1")]
    public void A_call_that_suspends_returns_a_new_task_each_time()
    {
        var calls = Enumerable.Range(0, 3).Select(_ => Begin(_answer).AsTask()).ToList();

        _answer.SetResult(7);

        calls.Should().OnlyHaveUniqueItems();
    }

    [Fact, Trait("Spec", "FR1")]
    public void A_caller_may_block_in_a_context_with_one_thread()
    {
        // Continuations that are posted never run, as in a window whose thread is blocked.
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new BlockedContext());
        try
        {
            var call = Begin(_answer);
            var blocked = Task.Factory.StartNew(
                () => call.GetAwaiter().GetResult(), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _answer.SetResult(7);
            blocked.Wait(Eventually.Watchdog, TestContext.Current.CancellationToken).Should().BeTrue("the call needs no thread of its caller");
            blocked.Result.Should().Be(7);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private ValueTask<int> Begin(TaskCompletionSource<int> answer)
        => _pipeline.ExecuteAsync(static (pending, _) => new ValueTask<int>(pending.Task), answer);

    private static async Task<int> AwaitAsync(ValueTask<int> call) => await call;

    private static async Task OthersAreRightAsync()
    {
        var pipeline = ResiliencePipeline.Create("others");
        var others = Enumerable.Range(0, 200).Select(i => pipeline.ExecuteAsync(static (state, _) => SuspendAsync(state), i).AsTask());
        (await Eventually.Ends(Task.WhenAll(others), "the other calls end")).Should().Equal(Enumerable.Range(0, 200));
    }

    private static async ValueTask<int> SuspendAsync(int result)
    {
        await Task.Yield();
        return result;
    }

    private sealed class BlockedContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
