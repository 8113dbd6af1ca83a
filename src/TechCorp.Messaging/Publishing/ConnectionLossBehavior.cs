namespace TechCorp.Messaging;

/// <summary>What happens to a publish whose connection is lost before its confirm.</summary>
public enum ConnectionLossBehavior
{
    /// <summary>It is sent again with the same id after reconnecting, until its deadline. The default; consumers must be idempotent.</summary>
    Resend,

    /// <summary>It ends at once as <see cref="PublishOutcomeKind.ConnectionLost"/>; it may have been delivered.</summary>
    Fail,
}
