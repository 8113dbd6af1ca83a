using System.Text;

namespace TechCorp.Messaging.Tests;

/// <summary>A subscription whose deliveries the test makes.</summary>
internal sealed class ScriptedSource(EventLog log, Action<Delivery> sink) : IDeliverySource
{
    private readonly Lock _gate = new();
    private readonly HashSet<ulong> _settled = []; // guarded by _gate
    private readonly List<string> _gathered = []; // guarded by _gate
    private ulong _nextTag;

    public long Generation { get; private set; } = 1;

    public bool IsConsuming { get; set; } = true;

    /// <summary>Whether settlements go on gathering when nothing is left to handle, as those of RabbitMQ may.</summary>
    internal bool GathersAtRest { get; set; }

    /// <summary>Settles that reached nothing, because they were old or second ones.</summary>
    internal int Refused { get; private set; }

    internal Func<Task> OnCancel { get; set; } = () => Task.CompletedTask;

    public bool TrySettle(Delivery delivery, Settlement settlement)
    {
        var settled = TrySettleSoon(delivery, settlement);
        Flush();
        return settled;
    }

    public bool TrySettleSoon(Delivery delivery, Settlement settlement)
    {
        lock (_gate)
        {
            if (delivery.Generation != Generation || !_settled.Add(delivery.Tag))
            {
                Refused++;
                return false;
            }

            _gathered.Add($"{settlement} {delivery.MessageId}");
            return true;
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            _gathered.ForEach(log.Add);
            _gathered.Clear();
        }
    }

    public void FlushAtRest()
    {
        if (!GathersAtRest)
        {
            Flush();
        }
    }

    public async Task CancelAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        log.Add("cancel");
        await OnCancel();
    }

    public ValueTask DisposeAsync()
    {
        log.Add("close");
        return ValueTask.CompletedTask;
    }

    /// <summary>The channel dies and is rebuilt.</summary>
    internal void Rebuild() => Generation++;

    public void Rebuild(long generation, string reason)
    {
        log.Add($"rebuild {generation}");
        IsConsuming = false;
    }

    /// <summary>Something that no transport makes, and the engine cannot cope with.</summary>
    internal void DeliverBroken(string id)
        => sink(new Delivery { Generation = Generation, Tag = ++_nextTag, Body = default, Exchange = "", RoutingKey = "", MessageId = id, Headers = null! });

    internal Delivery Deliver(
        string id,
        string? body = null,
        string? type = "order.created",
        Dictionary<string, string>? headers = null,
        string exchange = "events.fanout",
        string key = "",
        long? deliveryCount = null,
        bool redelivered = false)
    {
        var delivery = new Delivery
        {
            Generation = Generation,
            Tag = ++_nextTag,
            Body = Encoding.UTF8.GetBytes(body ?? $$"""{"id":"{{id}}"}"""),
            Exchange = exchange,
            RoutingKey = key,
            MessageId = id,
            Type = type,
            ContentType = "application/json",
            CorrelationId = "c-" + id,
            Redelivered = redelivered || deliveryCount > 0,
            DeliveryCount = deliveryCount,
            Headers = headers ?? [],
        };
        sink(delivery);
        return delivery;
    }
}
