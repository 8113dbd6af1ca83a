namespace TechCorp.Patterns.Load;

/// <summary>One side of the ledger: sends numbered messages, and records the ones that it receives.</summary>
internal interface ILedgerSide : IAsyncDisposable
{
    /// <summary>Sends one message, repeatedly if necessary; returns whether it was confirmed by its deadline.</summary>
    Task<bool> SendAsync(int sender, int number);
}
