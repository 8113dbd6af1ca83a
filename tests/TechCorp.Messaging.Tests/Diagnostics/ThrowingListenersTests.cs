using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A listener may throw: messages are published, handled and settled all the same.</summary>
[Collection(nameof(Telemetry))]
public sealed class ThrowingListenersTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Safeguard("What a listener of the meter or of spans throws stops no message",
        SwitchedOff = "`SafeTelemetry` lets it through",
        Remark = "the process ended")]
    [Fact, Trait("Spec", "OB1")]
    public async Task A_meter_listener_that_throws_stops_no_message()
    {
        var heard = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, own) =>
        {
            if (instrument.Meter.Name == MessagingMetrics.Name)
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Throw(ref heard));
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Throw(ref heard));
        listener.Start();

        await EveryMessageEndsAsync(NullLoggers());

        heard.Should().BePositive();
    }

    [Safeguard("What a listener of the meter or of spans throws stops no message")]
    [Theory, Trait("Spec", "OB2")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_span_listener_that_throws_stops_no_message_and_leaves_no_span_behind(bool atTheEnd)
    {
        var heard = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == MessagingMetrics.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = _ => Throw(ref heard, atTheEnd),
            ActivityStopped = _ => Throw(ref heard, !atTheEnd),
        };
        ActivitySource.AddActivityListener(listener);

        await EveryMessageEndsAsync(NullLoggers());

        heard.Should().BePositive();
        Activity.Current.Should().BeNull();
    }

    [Safeguard("What a logger throws stops no message", SwitchedOff = "`NonThrowingLoggerFactory` lets it through")]
    [Fact]
    public async Task A_logger_that_throws_stops_no_message()
    {
        using var loggers = new ThrowingLoggers();

        await EveryMessageEndsAsync(loggers);

        loggers.Heard.Should().BePositive();
    }

    [Safeguard("What a listener of the meter or of spans throws stops no message")]
    [Fact, Trait("Spec", "OB1")]
    public void An_instrument_whose_publication_a_listener_breaks_goes_on_without_listeners()
    {
        using var meter = new Meter("throwing.publication");
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, _) =>
        {
            if (instrument.Meter.Name == "throwing.publication")
            {
                throw new InvalidOperationException("published");
            }
        };
        listener.Start();

        var counter = SafeTelemetry.Instrument(meter, static meter => meter.CreateCounter<long>("count"));

        SafeTelemetry.Add(counter, 1, default);
        counter.Enabled.Should().BeFalse();
    }

    [Safeguard("A listener that throws as the source of spans is created stops no message", SwitchedOff = "`SafeTelemetry.Source` lets it through")]
    [Fact, Trait("Spec", "OB2")]
    public void A_source_that_a_listener_breaks_as_it_is_made_makes_no_spans()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "throwing.source"
            ? throw new InvalidOperationException("made")
            : false
        };
        ActivitySource.AddActivityListener(listener);

        using var source = SafeTelemetry.Source("throwing.source");

        source.Should().BeNull();
        SafeTelemetry.Start(source, "publish", ActivityKind.Producer, default).Should().BeNull();
    }

    /// <summary>One that succeeds, one that is retried, one that is given up.</summary>
    private static async Task EveryMessageEndsAsync(ILoggerFactory loggers)
    {
        const string Queue = "throwing.listeners";
        var broker = new InMemoryBroker();
        await using var bus = await MessageBus.StartAsync(
            m => m.UseInMemory(broker)
                .UseLoggerFactory(loggers)
                .AddMessage("job", new JobFormat())
                .AddTopology(Topology.WorkQueue(Queue))
                .AddConsumer<Job>(Queue, HandleAsync, options => options.Policy = new DeliveryPolicy { Delays = [TimeSpan.FromMilliseconds(1)] }),
            Cancellation);

        for (var number = 0; number < 3; number++)
        {
            var outcome = await bus.Publisher.TryPublishAsync(bus.Publisher.Catalog.Create(new Job(number)), Destination.ToQueue(Queue),
                cancellationToken: Cancellation);
            outcome.IsConfirmed.Should().BeTrue();
        }

        await Eventually.Holds(() => bus.Consumers.Status().Single() is { Acknowledged: 2, Retried: 1, DeadLettered: 1, Requeued: 0, Running: 0 },
            "every message is settled as its handler decided, once");

        static Task HandleAsync(Job job, MessageContext context, CancellationToken cancellationToken) => job.Number switch
        {
            1 when context.Attempt == 1 => throw new InvalidOperationException("not yet"),
            2 => throw new PermanentFailureException("never"),
            _ => Task.CompletedTask,
        };
    }

    private static ILoggerFactory NullLoggers() => Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;

    private static void Throw(ref int heard, bool not = false)
    {
        if (!not)
        {
            Interlocked.Increment(ref heard);
            throw new InvalidOperationException("a listener's own trouble");
        }
    }
}
