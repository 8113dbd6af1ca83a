using System.Diagnostics;

namespace TechCorp.Resilience.Tests;

/// <summary>What an attempt sets in the flow of its caller: asynchronous locals, the current span. The operations here are no asynchronous methods, which
/// would take it back themselves.</summary>
public sealed class AttemptContextTests
{
    private static readonly AsyncLocal<string?> Local = new();
    private readonly ResiliencePipeline _pipeline = ResiliencePipeline.Create("flow", new() { Retry = new() { BaseDelay = TimeSpan.Zero } });
    private readonly List<string?> _seen = [];

    [Safeguard("Each attempt begins with the flow of the caller", SwitchedOff = "`PipelineExecutor.Restore` does nothing")]
    [Theory, Trait("Spec", "FR9")]
    [InlineData("throws at once")]
    [InlineData("fails later")]
    public async Task Each_attempt_sees_the_asynchronous_local_of_the_caller_when_the_one_before_it(string fails)
    {
        Local.Value = "caller";

        (await _pipeline.ExecuteAsync((how, _) => Attempt(how), fails)).Should().Be(3);

        _seen.Should().Equal("caller", "caller", "caller");
        Local.Value.Should().Be("caller");
    }

    [Safeguard("Each attempt begins with the flow of the caller")]
    [Theory, Trait("Spec", "FR9")]
    [InlineData("throws at once")]
    [InlineData("fails later")]
    public async Task So_does_each_attempt_of_a_described_operation_whose_outcome_is_asked_for_when_the_one_before_it(string fails)
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

        (await _pipeline.TryExecuteAsync(operation, fails)).Value.Should().Be(3);

        _seen.Should().Equal("caller", "caller", "caller");
        Local.Value.Should().Be("caller");
    }

    [Safeguard("Each attempt begins with the flow of the caller")]
    [Fact, Trait("Spec", "FR9")]
    public async Task The_span_of_one_attempt_is_no_parent_of_the_next()
    {
        using var parent = new Activity("call").Start();
        var parents = new List<string?>();

        await _pipeline.ExecuteAsync((_, _) =>
        {
            var span = new Activity("attempt").Start(); // left running, as by an instrumentation that ends it later
            parents.Add(span.ParentId);
            return parents.Count < 3 ? ValueTask.FromException<int>(new TimeoutException()) : new ValueTask<int>(Task.Run(static () => 1));
        }, 0);

        parents.Should().Equal(parent.Id, parent.Id, parent.Id);
        Activity.Current.Should().BeSameAs(parent);
    }

    [Fact, Trait("Spec", "FR9")]
    public void A_blocking_attempt_sees_the_asynchronous_local_of_the_caller_too()
    {
        Local.Value = "caller";

        _pipeline.Execute((how, _) => Attempt(how).Result, "throws at once").Should().Be(3);

        _seen.Should().Equal("caller", "caller", "caller");
    }

    [Fact, Trait("Spec", "FR9")]
    public async Task Neither_a_callback_nor_the_attempt_before_it_shows_in_the_fallback()
    {
        Local.Value = "caller";
        var pipeline = ResiliencePipeline.Create("flow", new()
        {
            FallbackOnFailure = true,
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

    [Fact, Trait("Spec", "FR9")]
    public async Task A_caller_that_suppresses_the_flow_may_call()
    {
        Task<int> call;
        using (ExecutionContext.SuppressFlow())
        {
            call = _pipeline.ExecuteAsync((_, _) => Attempt("throws at once"), 0).AsTask();
        }

        (await call).Should().Be(3);
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
