namespace TechCorp.Messaging.Tests;

/// <summary>One step of a random program.</summary>
internal abstract record BrokerStep
{
    /// <summary>Declares something, or looks whether it is there.</summary>
    internal sealed record Declare(Topology Piece, TopologyMode Mode) : BrokerStep
    {
        public override string ToString() => $"{Mode} {{ {string.Join(", ", [.. Piece.Exchanges, .. Piece.Queues, .. Piece.Bindings])} }}";
    }

    /// <summary>Publishes a text.</summary>
    internal sealed record Publish(Destination Destination, string Text) : BrokerStep;

    /// <summary>Gets messages one by one and settles some in the given order; the others go back when the reader is closed.</summary>
    internal sealed record Read(string Queue, int Count, IReadOnlyList<(int Index, Settlement Settlement)> Settles) : BrokerStep
    {
        public override string ToString() => $"Read {{ Queue = {Queue}, Count = {Count}, Settles = {string.Join(", ", Settles)} }}";
    }

    /// <summary>Consumes as many as the prefetch lets through, cancels, settles some in order of delivery; the others go back when it is closed.</summary>
    internal sealed record Consume(string Queue, ushort Prefetch, IReadOnlyList<(int Index, Settlement Settlement)> Settles) : BrokerStep
    {
        public override string ToString() => $"Consume {{ Queue = {Queue}, Prefetch = {Prefetch}, Settles = {string.Join(", ", Settles)} }}";
    }
}
