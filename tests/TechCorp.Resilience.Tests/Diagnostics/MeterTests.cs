using System.Diagnostics.Metrics;

namespace TechCorp.Resilience.Tests;

/// <summary>What somebody sees who collects the meter.</summary>
public sealed class MeterTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void Each_instrument_says_what_it_counts_and_in_what()
    {
        new CircuitBreaker("described", timeProvider: _clock).Reset();

        Published().Should().BeEquivalentTo(
        [
            ("techcorp.resilience.circuit.transitions", "{transition}", "Changes of a circuit's state."),
            ("techcorp.resilience.circuit.rejections", "{call}", "Calls that a circuit did not admit."),
            ("techcorp.resilience.circuit.stale", "{call}", "Outcomes ignored because the circuit had changed since it admitted the call."),
            ("techcorp.resilience.retries", "{attempt}", "Attempts after the first."),
            ("techcorp.resilience.retry.stops", "{call}", "Failed calls that were not repeated (again), by reason."),
            ("techcorp.resilience.timeouts", "{attempt}", "Attempts that took too long."),
            ("techcorp.resilience.limit.rejections", "{call}", "Calls that a concurrency limit did not admit."),
            ("techcorp.resilience.limit.in_use", "{call}", "Calls that hold a permit of a concurrency limit."),
            ("techcorp.resilience.limit.queued", "{call}", "Calls that wait for a permit."),
            ("techcorp.resilience.circuit.state", "{state}", "0 closed, 1 open, 2 half-open and ready, 3 half-open, 4 isolated."),
        ]);
    }

    [Safeguard("A metrics listener that throws as an instrument is published changes no call",
        SwitchedOff = "what it throws is let out of `ResilienceMetrics.Instrument`")]
    [Fact]
    public void An_instrument_whose_publication_a_listener_breaks_reaches_no_listener_and_keeps_counting()
    {
        using var meter = new Meter("broken.publication");
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, _) =>
        {
            if (instrument.Meter.Name == "broken.publication")
            {
                throw new InvalidOperationException("published");
            }
        };
        listener.Start();

        var counter = SafeTelemetry.Instrument(meter, static meter => meter.CreateCounter<long>("count"));

        counter.Add(1);
        counter.Enabled.Should().BeFalse();
    }

    [Fact]
    public void Transitions_are_counted_by_what_they_led_to_and_why()
    {
        var recorded = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = Listen("techcorp.resilience.circuit.transitions") };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var text = Text(tags);
            if (text.StartsWith("name=moved", StringComparison.Ordinal))
            {
                recorded.Add($"{value} {text}");
            }
        });
        listener.Start();
        var breaker = new CircuitBreaker("moved", timeProvider: _clock);

        breaker.Fail(5);
        breaker.Isolate();

        recorded.Should().Equal("1 name=moved to=Open reason=FailureThreshold", "1 name=moved to=Isolated reason=Isolated");
    }

    [Fact]
    public void The_state_of_each_circuit_can_be_seen()
    {
        var states = new Dictionary<string, int>();
        using var listener = new MeterListener { InstrumentPublished = Listen("techcorp.resilience.circuit.state") };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => states[Text(tags)] = value);
        listener.Start();
        CircuitBreaker[] circuits = [.. Enumerable.Range(0, 5).Select(i => new CircuitBreaker($"seen{i}", timeProvider: _clock))];
        circuits[1].Fail(5);
        circuits[2].Fail(5);
        circuits[3].Fail(5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        circuits[1].Enter().RecordFailure();
        circuits[3].Enter();
        circuits[4].Isolate();

        listener.RecordObservableInstruments();

        circuits.Select(c => states[$"name={c.Name}"]).Should().Equal(0, 1, 2, 3, 4);
    }

    [Safeguard("One value of the gauge for each name", SwitchedOff = "`ResilienceMetrics.States` gives one for each circuit")]
    [Fact, Trait("Spec", "FR10")]
    public void Circuits_that_share_a_name_give_the_gauge_one_value_that_of_the_one_that_admits_least()
    {
        var states = new List<int>();
        using var listener = new MeterListener { InstrumentPublished = Listen("techcorp.resilience.circuit.state") };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
        {
            if (Text(tags) == "name=twins")
            {
                states.Add(value);
            }
        });
        listener.Start();
        CircuitBreaker[] twins = [.. Enumerable.Range(0, 3).Select(_ => new CircuitBreaker("twins", timeProvider: _clock))];
        Look();
        twins[1].Fail(5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Look();
        twins[1].Enter();
        Look();
        twins[2].Fail(5);
        Look();
        twins[0].Isolate();
        Look();

        states.Should().Equal(0, 2, 3, 1, 4);
        GC.KeepAlive(twins);

        void Look() => listener.RecordObservableInstruments();
    }

    private static List<(string, string?, string?)> Published()
    {
        var found = new List<(string, string?, string?)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "TechCorp.Resilience")
                {
                    found.Add((instrument.Name, instrument.Unit, instrument.Description));
                }
            },
        };
        listener.Start();
        return found;
    }

    private static Action<Instrument, MeterListener> Listen(string name) => (instrument, listener) =>
    {
        if (instrument.Name == name)
        {
            listener.EnableMeasurementEvents(instrument);
        }
    };

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}
