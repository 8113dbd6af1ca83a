namespace TechCorp.Messaging;

/// <summary>What came of writing the record of an isolated attempt.</summary>
/// <param name="Kind">What came of it.</param>
/// <param name="Reason">Why it could not be written; empty otherwise.</param>
internal readonly record struct IsolatedRecord(IsolatedRecord.Outcome Kind, string Reason)
{
    internal enum Outcome
    {
        /// <summary>It could not be written now; there may be one all the same.</summary>
        Failed,

        /// <summary>It can never be written here: there is no queue for it.</summary>
        Impossible,

        /// <summary>It is written; the attempt may begin.</summary>
        Written,

        /// <summary>One was there: a process ended in the attempt.</summary>
        Found,
    }

    internal static IsolatedRecord Written => new(Outcome.Written, "");

    internal static IsolatedRecord Found => new(Outcome.Found, "");

    internal static IsolatedRecord Failed(string reason) => new(Outcome.Failed, reason);

    internal static IsolatedRecord Impossible(string reason) => new(Outcome.Impossible, reason);
}
