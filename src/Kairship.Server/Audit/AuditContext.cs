using Kairship.Server.Access;

namespace Kairship.Server.Audit;

/// <summary>What an endpoint tells the audit about the call.</summary>
internal static class AuditContext
{
    private const int MaxSubject = 400;

    /// <summary>A publish tells what changed: that needs more room than a name.</summary>
    private const int MaxDetail = 4000;

    private static readonly object SubjectKey = new();
    private static readonly object WhoKey = new();
    private static readonly object ActionKey = new();
    private static readonly object AlsoKey = new();

    public static TBuilder Audited<TBuilder>(this TBuilder builder, string action)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(new AuditedAction(action));
        return builder;
    }

    /// <summary>What the call is about, where the route does not say it. Never a secret.</summary>
    public static void AuditSubject(this HttpContext context, string? subject, string? detail = null) => context.Items[SubjectKey] = (subject, detail);

    /// <summary>What the call is, where its body decides it.</summary>
    public static void AuditAction(this HttpContext context, string action) => context.Items[ActionKey] = action;

    /// <summary>One more line, for a call that does several things.</summary>
    public static void AuditAlso(this HttpContext context, string action, string subject, string? detail)
    {
        if (context.Items[AlsoKey] is not List<AuditedLine> lines)
        {
            context.Items[AlsoKey] = lines = [];
        }

        lines.Add(new AuditedLine(action, Cut(subject, MaxSubject), Cut(detail, MaxDetail)));
    }

    /// <summary>Who acts, where it is not a key (a webhook).</summary>
    public static void AuditAs(this HttpContext context, string who) => context.Items[WhoKey] = who;

    public static string? Who(HttpContext context) =>
        context.Items[WhoKey] as string ?? (context.User.Identity?.IsAuthenticated == true ? Caller.NameOf(context.User) : null);

    public static string? Action(HttpContext context) => context.Items[ActionKey] as string;

    public static IReadOnlyList<AuditedLine> Also(HttpContext context) => context.Items[AlsoKey] as IReadOnlyList<AuditedLine> ?? [];

    public static (string? Subject, string? Detail) Subject(HttpContext context)
    {
        if (context.Items[SubjectKey] is (string subject, var detail))
        {
            return (Cut(subject, MaxSubject), Cut(detail as string, MaxDetail));
        }

        var route = context.Request.RouteValues;
        return (Cut((route["name"] ?? route["definitionId"] ?? route["id"])?.ToString(), MaxSubject), null);
    }

    private static string? Cut(string? text, int most) => text?.Length > most ? text[..most] : text;
}
