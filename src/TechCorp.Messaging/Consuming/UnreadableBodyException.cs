namespace TechCorp.Messaging;

/// <summary>A body that is not what its type says; no further attempt can help.</summary>
internal sealed class UnreadableBodyException(string message, Exception innerException) : Exception(message, innerException);
