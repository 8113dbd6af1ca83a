namespace TechCorp.Messaging;

/// <summary>The publishes of a transport at a moment.</summary>
/// <param name="Outstanding">Written and not confirmed.</param>
/// <param name="Waiting">Waiting to be written.</param>
internal readonly record struct PublishLoad(int Outstanding, int Waiting);
