namespace TechCorp.Outbox;

/// <summary>The barrier's answer to an action.</summary>
public enum ActionEntry
{
    /// <summary>The first call: have the effect, and commit.</summary>
    Proceed,

    /// <summary>The effect is there already: answer as the first time.</summary>
    Duplicate,

    /// <summary>The compensation was here before: the call came late and must have no effect. Answer with a rejection.</summary>
    Dangling,
}
