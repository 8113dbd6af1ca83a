namespace TechCorp.Samples;

/// <summary>Carries an answer that is not the last word out of the executor, which then releases the key.</summary>
internal sealed class OpenAnswerException(StoredAnswer answer) : Exception("The answer is not final; the key is free again.")
{
    internal StoredAnswer Answer => answer;
}
