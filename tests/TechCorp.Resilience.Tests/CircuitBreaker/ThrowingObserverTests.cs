using System.Diagnostics.Metrics;

namespace TechCorp.Resilience.Tests;

public sealed class ThrowingObserverTests
{
    private readonly TestClock _clock = new();

    [Safeguard("A metrics listener that throws changes no call", SwitchedOff = "exceptions of the listener leave `ResilienceMetrics`")]
    [Fact, Trait("Spec", "CB19")]
    public async Task A_metrics_listener_that_throws_when_a_probe_times_out_does_not_keep_its_outcome_from_the_circuit()
    {
        using var listener = ThrowingFor("watched-probe");
        var pipeline = ResiliencePipeline.Create("watched-probe", new ResiliencePipelineOptions { Retry = null }, _clock);
        pipeline.CircuitBreaker!.Fail(5);
        _clock.Advance(TimeSpan.FromSeconds(30));

        var probe = pipeline.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0);
        _clock.Advance(TimeSpan.FromSeconds(5));

        await probe.Awaiting(p => p.AsTask()).Should().ThrowAsync<TimeoutRejectedException>();
        pipeline.CircuitBreaker!.State.Should().Be(CircuitState.Open);
        _clock.Advance(TimeSpan.FromSeconds(30));
        (await pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(7), 0)).Should().Be(7);
        pipeline.CircuitBreaker!.State.Should().Be(CircuitState.Closed);
    }

    [Safeguard("A metrics listener that throws changes no call")]
    [Fact, Trait("Spec", "CB19")]
    public void A_metrics_listener_that_throws_changes_no_rejection()
    {
        using var listener = ThrowingFor("watched-rejection");
        var breaker = new CircuitBreaker("watched-rejection", timeProvider: _clock);

        breaker.Fail(5);

        breaker.Rejected().RetryAfter.TotalSeconds.Should().Be(30);
    }

    [Safeguard("A logger that throws keeps nothing from a callback", SwitchedOff = "log and callback share one try, or the log has none")]
    [Fact, Trait("Spec", "CB19")]
    public async Task A_logger_that_throws_keeps_no_transition_from_its_callback_and_no_error_from_its_sink()
    {
        var received = new List<CircuitState>();
        var errors = new List<Exception>();
        var options = new CircuitBreakerOptions { FailureThreshold = 1, OnTransition = change => received.Add(change.To), OnCallbackError = errors.Add };
        var breaker = new CircuitBreaker("stock", options, timeProvider: _clock, logger: new ThrowingLogger());

        await breaker.Awaiting(b => b.ExecuteAsync(static ValueTask<int> (_) => throw new TimeoutException()).AsTask()).Should().ThrowAsync<TimeoutException>();

        received.Should().Equal(CircuitState.Open);
        errors.Should().ContainSingle().Which.Should().BeOfType<FormatException>();
    }

    [Fact, Trait("Spec", "CB19")]
    public void A_logger_that_throws_changes_no_rejection_and_the_sink_hears_of_it()
    {
        var errors = new List<Exception>();
        var breaker = new CircuitBreaker("stock", new CircuitBreakerOptions { OnCallbackError = errors.Add }, timeProvider: _clock,
            logger: new ThrowingLogger());
        breaker.Isolate();
        errors.Clear();

        breaker.TryEnter(out _, out var rejection).Should().BeFalse();

        rejection.RetryAfter.Should().Be(TimeSpan.MaxValue);
        errors.Should().ContainSingle().Which.Should().BeOfType<FormatException>();
    }

    [Safeguard("A logger that throws keeps nothing from a callback")]
    [Fact, Trait("Spec", "RT17")]
    public async Task A_logger_that_throws_stops_no_retry_and_keeps_none_from_its_callback()
    {
        var received = new List<int>();
        var policy = new RetryPolicy("gateway", new RetryOptions { OnRetry = notice => received.Add(notice.Attempt) }, timeProvider: _clock,
            logger: new ThrowingLogger());
        var attempts = 0;

        var result = await _clock.RunAsync(policy.ExecuteAsync((_, _) => ++attempts < 2 ? throw new TimeoutException() : new ValueTask<int>(7), 0).AsTask());

        result.Should().Be(7);
        received.Should().Equal(1);
    }

    /// <summary>Throws only for this name: the meter is the process's, and other tests run beside this one.</summary>
    private static MeterListener ThrowingFor(string name)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (found, listener) =>
            {
                if (found is Counter<long> && found.Meter.Name == "TechCorp.Resilience")
                {
                    listener.EnableMeasurementEvents(found);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "name" && Equals(tag.Value, name))
                {
                    throw new FormatException("listener");
                }
            }
        });
        listener.Start();
        return listener;
    }
}
