namespace TechCorp.Resilience.Tests;

public sealed class CircuitEventsTests
{
    private readonly TestClock _clock = new();

    [Fact, Trait("Spec", "CB19")]
    public async Task A_callback_that_throws_changes_neither_the_transition_nor_the_call()
    {
        var errors = new List<Exception>();
        var options = new CircuitBreakerOptions
        {
            FailureThreshold = 1,
            OnTransition = _ => throw new FormatException("callback"),
            OnCallbackError = errors.Add,
        };
        var breaker = new CircuitBreaker("stock", options, timeProvider: _clock);

        Func<Task> call = async () => await breaker.ExecuteAsync(static ValueTask<int> (_) => throw new TimeoutException("dependency"));

        await call.Should().ThrowAsync<TimeoutException>();
        breaker.State.Should().Be(CircuitState.Open);
        errors.Should().ContainSingle().Which.Should().BeOfType<FormatException>();
    }

    [Fact, Trait("Spec", "CB19")]
    public void An_error_sink_that_throws_changes_nothing_either()
    {
        var options = new CircuitBreakerOptions
        {
            FailureThreshold = 1,
            OnTransition = _ => throw new FormatException("callback"),
            OnCallbackError = _ => throw new FormatException("sink"),
        };
        var breaker = new CircuitBreaker("stock", options, timeProvider: _clock);

        breaker.Fail();

        breaker.State.Should().Be(CircuitState.Open);
    }

    [Safeguard("Events one at a time", SwitchedOff = "each thread delivers, also while another one delivers")]
    [Fact, Trait("Spec", "CB20")]
    public void A_callback_may_use_the_circuit_and_sees_its_own_transition_afterwards()
    {
        var seen = new List<string>();
        CircuitBreaker? breaker = null;
        breaker = new CircuitBreaker(
            "stock",
            new CircuitBreakerOptions
            {
                FailureThreshold = 1,
                OnTransition = transition =>
                {
                    seen.Add($"{transition.To} begins");
                    if (transition.Reason == CircuitTransitionReason.FailureThreshold)
                    {
                        breaker!.Isolate();
                        breaker.State.Should().Be(CircuitState.Isolated);
                        breaker.Reset();
                    }

                    seen.Add($"{transition.To} ends");
                },
            },
            timeProvider: _clock);

        breaker.Fail();

        seen.Should().Equal("Open begins", "Open ends", "Isolated begins", "Isolated ends", "Closed begins", "Closed ends");
        breaker.State.Should().Be(CircuitState.Closed);
    }

    [Safeguard("Events one at a time")]
    [Fact, Trait("Spec", "CB21")]
    public void Under_concurrency_events_come_once_each_in_order_and_never_together()
    {
        var generations = new List<long>();
        var inside = 0;
        var overlaps = 0;
        var options = new CircuitBreakerOptions
        {
            FailureThreshold = 1,
            OnTransition = transition =>
            {
                overlaps += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
                generations.Add(transition.Generation);
                Interlocked.Decrement(ref inside);
            },
        };
        var breaker = new CircuitBreaker("stock", options, timeProvider: _clock);

        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                if (breaker.TryEnter(out var permit))
                {
                    permit.RecordFailure();
                }
                else
                {
                    breaker.Reset();
                }
            }
        });

        overlaps.Should().Be(0);
        generations.Should().Equal(Enumerable.Range(1, (int)breaker.Generation).Select(g => (long)g));
    }
}
