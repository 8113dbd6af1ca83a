namespace TechCorp.Patterns.Load;

/// <summary>One side of the ledger: sends numbered messages, and enters what it receives.</summary>
internal interface ILedgerSide : IAsyncDisposable
{
    /// <summary>Sends one message, as often as it takes; true when it was confirmed, false when it was not by its deadline.</summary>
    Task<bool> SendAsync(int sender, int number);
}
