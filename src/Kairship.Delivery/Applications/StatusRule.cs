namespace Kairship.Delivery.Applications;

/// <summary>
/// How objects of a kind of the application's own say where they are: JavaScript expressions in which <c>object</c> is the live object (its status is an empty object while
/// there is none). An object that is neither failed nor current is in progress.
/// </summary>
/// <param name="Group">The API group, such as "cache.example.org"; one that has no rule of Kubernetes' own.</param>
/// <param name="Current">True: the cluster has done what the object asks for.</param>
/// <param name="Failed">True: the cluster has given up. Looked at first.</param>
/// <param name="Message">A text for people, while it is not current.</param>
public sealed record StatusRule(string Group, string Kind, string Current, string? Failed = null, string? Message = null)
{
    public const int MaxLength = 4000;
    public const int MaxRules = 50;
}
