namespace TechCorp.Messaging;

/// <summary>What declaring would do about one part of a topology.</summary>
public enum TopologyChangeKind
{
    /// <summary>It is not there and would be created.</summary>
    Create,

    /// <summary>It is there exactly so.</summary>
    Identical,

    /// <summary>It is there otherwise: declaring would be refused.</summary>
    Conflict,

    /// <summary>It would be bound; nothing happens where it is bound already, which AMQP alone cannot tell.</summary>
    Bind,

    /// <summary>The broker would take it without a word, and without effect.</summary>
    Ignored,

    /// <summary>The broker has this binding and the topology has not; declaring leaves it alone. Known only by a management URL, or in memory.</summary>
    Undeclared,
}
