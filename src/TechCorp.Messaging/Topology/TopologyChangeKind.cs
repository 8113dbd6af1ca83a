namespace TechCorp.Messaging;

/// <summary>What declaring would do about one part of a topology.</summary>
internal enum TopologyChangeKind
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>It does not exist and would be created.</summary>
    Create,

    /// <summary>It exists as declared.</summary>
    Identical,

    /// <summary>It exists with other arguments: declaring would be refused.</summary>
    Conflict,

    /// <summary>It would be bound; nothing happens where it is bound already, which AMQP alone cannot show.</summary>
    Bind,

    /// <summary>The broker would accept it silently, and it has no effect.</summary>
    Ignored,

    /// <summary>The broker has this binding and the topology does not; declaring does not remove it. Known only by a management URL, or in memory.</summary>
    Undeclared,
}
