namespace TechCorp.Resilience.Http;

/// <summary>Whether the bytes of a content are the same when it is written again.</summary>
internal enum ContentKind
{
    /// <summary>It holds its bytes, or there is none.</summary>
    HoldsBytes,

    /// <summary>It makes its bytes each time from values, which may be a sequence that can be read once: written once and kept.</summary>
    MakesBytes,

    /// <summary>A stream, or a type that may be one.</summary>
    Once,
}
