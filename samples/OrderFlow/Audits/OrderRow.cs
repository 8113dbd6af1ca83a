namespace OrderFlow;

/// <summary>An order as the order service's books have it.</summary>
internal sealed record OrderRow(string OrderId, long Amount, string Status);
