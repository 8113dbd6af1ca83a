namespace TechCorp.Patterns.Load;

/// <summary>The counts of a ledger.</summary>
internal readonly record struct LedgerCount(long Confirmed, long Lost, long Duplicates, long Reordered, long Unknown, int Hung, TimeSpan LongestStall)
{
    /// <summary>Adds two counts; keeps the longer of the two stalls.</summary>
    public static LedgerCount operator +(LedgerCount one, LedgerCount other) => new(
        one.Confirmed + other.Confirmed,
        one.Lost + other.Lost,
        one.Duplicates + other.Duplicates,
        one.Reordered + other.Reordered,
        one.Unknown + other.Unknown,
        one.Hung + other.Hung,
        one.LongestStall > other.LongestStall ? one.LongestStall : other.LongestStall);
}
