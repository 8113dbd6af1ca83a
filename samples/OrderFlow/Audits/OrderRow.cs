namespace OrderFlow;

/// <summary>An order in the database of the order service.</summary>
internal sealed record OrderRow(string OrderId, long Amount, string Status);
