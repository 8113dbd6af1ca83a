namespace TechCorp.Patterns.Load;

/// <summary>Packs the sender and the sequence number into the number that a message carries.</summary>
internal static class LedgerNumber
{
    private const long Stride = 1_000_000_000;

    internal static LoadEvent Event(int sender, int number) => LoadEvent.Of(0) with { Number = (sender * Stride) + number };

    internal static (int Sender, int Number) Of(LoadEvent message) => ((int)(message.Number / Stride), (int)(message.Number % Stride));
}
