namespace TechCorp.Resilience.Http;

/// <summary>Why a request that could be repeated is sent once.</summary>
internal enum ContentRefusal
{
    /// <summary>Its content is a stream, or of a type that may be one.</summary>
    Unrepeatable,

    /// <summary>Its content would have to be kept, and is larger than the bound.</summary>
    TooLarge,
}
