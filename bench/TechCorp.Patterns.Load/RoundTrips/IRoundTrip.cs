namespace TechCorp.Patterns.Load;

/// <summary>One side of a comparison: publishes as an <see cref="ILoadPublisher"/> and consumes the same queue, acknowledging after the handler.</summary>
internal interface IRoundTrip : ILoadPublisher
{
    /// <summary>Counts the messages that the handler has received.</summary>
    Arrivals Arrivals { get; }
}
