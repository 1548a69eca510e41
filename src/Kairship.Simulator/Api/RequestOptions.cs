using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Admission;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api;

/// <summary>Checks what a query, or the body of a DELETE, asks for beside the object: ListOptions, CreateOptions, ..., DeleteOptions.</summary>
internal static class RequestOptions
{
    const int LongestManager = 128;

    /// <exception cref="ApiException">400 for what cannot be read, 422 for what makes no sense.</exception>
    public static void CheckList(ApiCall call, bool watch)
    {
        Number(call, "limit");
        Number(call, "timeoutSeconds");
        var violations = new Violations();
        var (match, version) = (call.Query["resourceVersionMatch"].ToString(), call.Query["resourceVersion"].ToString());
        var continued = call.Query["continue"].ToString().Length > 0;
        if (watch && !call.Flag("sendInitialEvents"))
        {
            if (match.Length > 0)
                violations.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch");
        }
        else if (!watch && match.Length > 0)
        {
            Match(match, version, continued, violations);
        }
        Refuse(violations, "ListOptions");
        if (!watch && continued && version.Length > 0 && version != "0")
            throw ApiException.BadRequest("specifying resource version is not allowed when using continue");
    }

    /// <param name="apply">The body is a configuration to apply.</param>
    public static void CheckWrite(ApiCall call, bool apply = false)
    {
        var violations = new Violations();
        var patch = call.Http.Request.Method == "PATCH";
        if (patch && !apply && call.Query.ContainsKey("force"))
            violations.Forbidden("force", "may not be specified for non-apply patch");
        Manager(call.Query["fieldManager"].ToString(), apply, violations);
        DryRun(call.Query["dryRun"].Select(v => v ?? ""), violations);
        var validation = call.Query["fieldValidation"].ToString();
        violations.OneOf("fieldValidation", validation, "", "Ignore", "Strict", "Warn");
        Refuse(violations, patch ? "PatchOptions" : call.Http.Request.Method == "PUT" ? "UpdateOptions" : "CreateOptions");
    }

    /// <summary>Those of the body, completed by those of the query.</summary>
    public static JsonObject Delete(ApiCall call, RequestBody body)
    {
        Number(call, "gracePeriodSeconds");
        var options = body.Node as JsonObject ?? [];
        if (options["propagationPolicy"] is null && call.Query["propagationPolicy"].ToString() is { Length: > 0 } policy)
            options["propagationPolicy"] = policy;
        if (options["orphanDependents"] is null && call.Query.ContainsKey("orphanDependents"))
            options["orphanDependents"] = call.Flag("orphanDependents");
        if (options["dryRun"] is null && call.Query["dryRun"].Count > 0)
            options["dryRun"] = new JsonArray([.. call.Query["dryRun"].Select(v => JsonValue.Create(v ?? ""))]);
        if (options["gracePeriodSeconds"] is null && long.TryParse(call.Query["gracePeriodSeconds"], out var grace))
            options["gracePeriodSeconds"] = grace;
        var violations = new Violations();
        if (options["propagationPolicy"] is { } given)
        {
            violations.OneOf("propagationPolicy", given, "Foreground", "Background", "Orphan", "nil");
            if (options["orphanDependents"] is not null)
                violations.Invalid("propagationPolicy", given, "orphanDependents and deletionPropagation cannot be both set");
        }
        DryRun((options["dryRun"] as JsonArray ?? []).Select(v => JsonTree.Text(v) ?? ""), violations);
        Refuse(violations, "DeleteOptions");
        return options;
    }

    /// <summary>A boolean of a query: everything that is given but false and 0 is true.</summary>
    public static bool Flag(string? value) => value is not null && value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    static void Match(string match, string version, bool continued, Violations violations)
    {
        if (version.Length == 0)
            violations.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (continued)
            violations.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
        violations.OneOf("resourceVersionMatch", match, "Exact", "NotOlderThan", "");
        if (match == "Exact" && version == "0")
            violations.Forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }

    static void Manager(string manager, bool apply, Violations violations)
    {
        if (apply && manager.Length == 0)
            violations.Required("fieldManager", "is required for apply patch");
        if (manager.Length > LongestManager)
            violations.TooLong("fieldManager", $"may not be more than {LongestManager} bytes");
        for (var i = 0; i < manager.Length; i++)
        {
            if (char.IsControl(manager[i]))
                violations.InvalidAs("fieldManager", Quote(manager), string.Create(CultureInfo.InvariantCulture, $"invalid character U+{(int)manager[i]:X4} (at position {i})"));
        }
    }

    static void DryRun(IEnumerable<string> values, Violations violations)
    {
        string[] given = [.. values];
        if (given.Length > 0 && given is not [""] && Array.Exists(given, v => v != "All"))
            violations.NotSupportedAs("dryRun", $"[]string{{{string.Join(", ", given.Select(Quote))}}}", "All");
    }

    static void Number(ApiCall call, string name)
    {
        if (call.Query[name].ToString() is { Length: > 0 } text && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            throw ApiException.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    static void Refuse(Violations violations, string kind)
    {
        if (violations.Any)
            throw violations.Error(new ResourceType("meta.k8s.io", "v1", kind, "", "", Namespaced: false, []), "");
    }

    // As Go's %q writes it.
    static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\a", "\\a", StringComparison.Ordinal)}\"";
}
