namespace TechCorp.Messaging;

/// <summary>How an exchange routes.</summary>
public enum ExchangeKind
{
    /// <summary>To every bound queue, whatever the key.</summary>
    Fanout,

    /// <summary>By pattern: <c>*</c> is exactly one word, <c>#</c> any number, words are separated by dots.</summary>
    Topic,

    /// <summary>To queues bound with exactly the key.</summary>
    Direct,
}
