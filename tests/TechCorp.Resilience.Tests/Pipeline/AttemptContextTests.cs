using System.Diagnostics;

namespace TechCorp.Resilience.Tests;

/// <summary>What an attempt sets in the flow of its caller: asynchronous locals, the current span. The operations here are no asynchronous methods, which
/// would take it back themselves.</summary>
public sealed class AttemptContextTests
{
    private static readonly AsyncLocal<string?> Local = new();
    private readonly List<string?> _seen = [];

    [Safeguard("Each attempt begins with the flow of the caller", SwitchedOff = "`CallerFlow.Restore` does nothing")]
    [Theory, Trait("Spec", "FR9")]
    [InlineData("throws at once", "defaults")]
    [InlineData("fails later", "defaults")]
    [InlineData("throws at once", "limit")]
    [InlineData("fails later", "limit")]
    [InlineData("throws at once", "retries alone")]
    [InlineData("fails later", "retries alone")]
    public async Task Each_attempt_sees_the_asynchronous_local_of_the_caller_when_the_one_before_it(string fails, string stages)
    {
        Local.Value = "caller";

        (await Make(stages).ExecuteAsync((how, _) => Attempt(how), fails)).Should().Be(3);

        _seen.Should().Equal("caller", "caller", "caller");
        Local.Value.Should().Be("caller");
    }

    [Safeguard("Each attempt begins with the flow of the caller")]
    [Theory, Trait("Spec", "FR9")]
    [InlineData("throws at once", "defaults")]
    [InlineData("fails later", "defaults")]
    [InlineData("throws at once", "limit")]
    [InlineData("fails later", "limit")]
    [InlineData("throws at once", "retries alone")]
    [InlineData("fails later", "retries alone")]
    public async Task So_does_each_attempt_of_a_described_operation_whose_outcome_is_asked_for_when_the_one_before_it(string fails, string stages)
    {
        Local.Value = "caller";
        var operation = new ResilientOperation<string, int>((how, _) => Attempt(how))
        {
            IsFailure = static _ =>
            {
                Local.Value = "callback";
                return false;
            },
        };

        (await Make(stages).TryExecuteAsync(operation, fails)).Value.Should().Be(3);

        _seen.Should().Equal("caller", "caller", "caller");
        Local.Value.Should().Be("caller");
    }

    [Safeguard("Each attempt begins with the flow of the caller")]
    [Theory, Trait("Spec", "FR9")]
    [InlineData("defaults")]
    [InlineData("limit")]
    [InlineData("retries alone")]
    public async Task The_span_of_one_attempt_is_no_parent_of_the_next(string stages)
    {
        using var parent = new Activity("call").Start();
        var parents = new List<string?>();

        await Make(stages).ExecuteAsync((_, _) =>
        {
            var span = new Activity("attempt").Start(); // left running, as by an instrumentation that ends it later
            parents.Add(span.ParentId);
            return parents.Count < 3 ? ValueTask.FromException<int>(new TimeoutException()) : new ValueTask<int>(Task.Run(static () => 1));
        }, 0);

        parents.Should().Equal(parent.Id, parent.Id, parent.Id);
        Activity.Current.Should().BeSameAs(parent);
    }

    [Theory, Trait("Spec", "FR9")]
    [InlineData("defaults")]
    [InlineData("limit")]
    [InlineData("retries alone")]
    public void A_blocking_attempt_sees_the_asynchronous_local_of_the_caller_too(string stages)
    {
        Local.Value = "caller";

        Make(stages).Execute((how, _) => Attempt(how).Result, "throws at once").Should().Be(3);

        _seen.Should().Equal("caller", "caller", "caller");
    }

    [Safeguard("Each attempt under a concurrency limit begins with the flow of the caller", SwitchedOff = "`ConcurrencyStage` does not restore it")]
    [Theory, Trait("Spec", "FR9")]
    [InlineData("throws at once")]
    [InlineData("fails later")]
    public async Task So_do_the_attempts_of_a_call_that_waited_for_its_permit_when_the_one_before_it(string fails)
    {
        Local.Value = "caller";
        var pipeline = Make("limit");
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = pipeline.ExecuteAsync((_, _) => new ValueTask<int>(gate.Task), 0).AsTask();
        var waiting = pipeline.ExecuteAsync((how, _) => Attempt(how), fails).AsTask();
        Local.Value = "later";

        gate.SetResult(0);

        await before;
        (await waiting).Should().Be(3);
        _seen.Should().Equal("caller", "caller", "caller");
    }

    [Theory, Trait("Spec", "FR9")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Neither_a_callback_nor_the_attempt_before_it_shows_in_the_fallback(bool limited)
    {
        Local.Value = "caller";
        var pipeline = ResiliencePipeline.Create("flow", new()
        {
            FallbackOnFailure = true,
            ConcurrencyLimit = limited ? new() : null,
            Retry = new()
            {
                BaseDelay = TimeSpan.Zero,
                MaxAttempts = 2,
                OnRetry = static _ => Local.Value = "OnRetry",
                RetryAfter = static _ =>
                {
                    Local.Value = "RetryAfter";
                    return null;
                },
            },
        });

        await pipeline.ExecuteAsync(
            (_, _) => Attempt("throws at once"),
            (_, _, _) =>
            {
                _seen.Add(Local.Value);
                return new ValueTask<int>(0);
            },
            0);

        _seen.Should().Equal("caller", "caller", "caller");
    }

    [Theory, Trait("Spec", "FR9")]
    [InlineData("defaults")]
    [InlineData("limit")]
    [InlineData("retries alone")]
    public async Task A_caller_that_suppresses_the_flow_may_call(string stages)
    {
        Task<int> call;
        using (ExecutionContext.SuppressFlow())
        {
            call = Make(stages).ExecuteAsync((_, _) => Attempt("throws at once"), 0).AsTask();
        }

        (await call).Should().Be(3);
    }

    private static ResiliencePipeline Make(string stages)
    {
        var retry = new RetryOptions { BaseDelay = TimeSpan.Zero };
        return stages == "retries alone"
            ? new RetryPolicy("flow", retry)
            : ResiliencePipeline.Create("flow", new()
            {
                Retry = retry,
                ConcurrencyLimit = stages == "limit" ? new() { PermitLimit = 1, QueueLimit = 1 } : null,
            });
    }

    /// <summary>Fails twice, and sets the local each time.</summary>
    private ValueTask<int> Attempt(string how)
    {
        _seen.Add(Local.Value);
        Local.Value = $"attempt {_seen.Count}";
        return _seen.Count >= 3 ? new ValueTask<int>(_seen.Count)
            : how == "throws at once" ? throw new TimeoutException()
            : new ValueTask<int>(Task.Run(static int () => throw new TimeoutException()));
    }
}
