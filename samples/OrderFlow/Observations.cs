namespace OrderFlow;

/// <summary>What the drivers saw while it ran; everything that is counted comes from the books.</summary>
/// <param name="OutagesSeen">How often the payment circuit was seen open during a gateway outage.</param>
/// <param name="RepeatedOrderWasOne">Whether an order sent twice with one key came back as one order.</param>
/// <param name="DeadLetterReason">What the dead letter said.</param>
internal sealed record Observations(int OutagesSeen, bool RepeatedOrderWasOne, string DeadLetterReason);
