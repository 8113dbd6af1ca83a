namespace TechCorp.Messaging;

/// <summary>The unsettled deliveries of one channel, and the settlements that are not on the wire yet. Each tag is settled once.</summary>
/// <remarks>
/// One acknowledgement with an unknown tag closes the channel, so a second settlement never becomes a frame. Acknowledgements of an unbroken run
/// from the oldest delivery go out as one frame, and so do requeued deliveries; a tag above an unsettled one goes out alone. Not safe for concurrent
/// use: its owner holds the lock.
/// </remarks>
internal sealed class RabbitMqSettleLedger
{
    private readonly HashSet<ulong> _unsettled = [];
    private readonly List<(ulong Tag, Settlement Settlement)> _pending = [];
    private ulong _low = 1; // every tag below is settled
    private ulong _next = 1;

    internal int Unsettled => _unsettled.Count;

    /// <summary>Settlements that are not on the wire yet.</summary>
    internal int Pending => _pending.Count;

    /// <summary>A delivery came; tags are consecutive from 1.</summary>
    internal void Delivered(ulong tag)
    {
        _unsettled.Add(tag);
        _next = tag + 1;
    }

    /// <summary>False when the tag was never delivered or is settled already.</summary>
    internal bool TrySettle(ulong tag, Settlement settlement)
    {
        if (!_unsettled.Remove(tag))
        {
            return false;
        }

        _pending.Add((tag, settlement));
        return true;
    }

    /// <summary>The frames for what was settled since the last call, in the order in which they must be written.</summary>
    internal void TakeFrames(List<Frame> into)
    {
        while (_low < _next && !_unsettled.Contains(_low))
        {
            _low++;
        }

        if (LastOfRun() is { } lastRequeued)
        {
            AddAcknowledgements(into, below: _pending.Min(static pending => pending.Settlement == Settlement.Requeue ? pending.Tag : ulong.MaxValue));
            into.Add(new Frame(lastRequeued, Settlement.Requeue, Multiple: true));
        }
        else
        {
            // Refusals first: after them every tag below the lowest unsettled one is refused on the wire or about to be acknowledged,
            // so one frame may cover them all.
            into.AddRange(_pending.Where(static pending => pending.Settlement != Settlement.Acknowledge)
                .Select(static pending => new Frame(pending.Tag, pending.Settlement, Multiple: false)));
            AddAcknowledgements(into, below: _low);
        }

        _pending.Clear();
    }

    /// <summary>The last of several requeued deliveries that one frame may cover, because everything below is settled; null when there is no such run. That
    /// frame is the last: an acknowledgement after many refusals may be lost when the channel closes at once.</summary>
    private ulong? LastOfRun()
    {
        var (requeued, last) = (0, 0UL);
        foreach (var (tag, settlement) in _pending)
        {
            if (settlement == Settlement.Reject)
            {
                return null;
            }

            requeued += settlement == Settlement.Requeue ? 1 : 0;
            last = settlement == Settlement.Requeue ? Math.Max(last, tag) : last;
        }

        return requeued > 1 && last < _low ? last : null;
    }

    /// <summary>One frame for those below the tag, below which everything is settled, and one for each of the others.</summary>
    private void AddAcknowledgements(List<Frame> into, ulong below)
    {
        var (run, last) = (0, 0UL);
        foreach (var (tag, settlement) in _pending)
        {
            if (settlement == Settlement.Acknowledge && tag < below)
            {
                run++;
                last = Math.Max(last, tag);
            }
        }

        if (run > 0)
        {
            into.Add(new Frame(last, Settlement.Acknowledge, Multiple: run > 1));
        }

        foreach (var (tag, settlement) in _pending)
        {
            if (settlement == Settlement.Acknowledge && tag >= below)
            {
                into.Add(new Frame(tag, settlement, Multiple: false));
            }
        }
    }

    /// <summary>One settlement as it goes on the wire; <paramref name="Multiple"/> settles every unsettled tag up to this one.</summary>
    internal readonly record struct Frame(ulong Tag, Settlement Settlement, bool Multiple);
}
