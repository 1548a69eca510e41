using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Names, labels and annotations.</summary>
internal static partial class Names
{
    const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
        + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    public const string ServiceRule =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character "
        + "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    const string ValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    const string KeyRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    public static void Object(ResourceType type, JsonObject obj, Violations violations)
    {
        var meta = obj["metadata"]!.AsObject();
        var name = JsonTree.Text(meta["name"]) ?? "";
        if (JsonTree.Text(meta["generateName"]) is { Length: > 0 } prefix)
            CheckName(type, prefix, violations, "metadata.generateName");
        if (name.Length == 0)
            violations.Required("metadata.name", "name or generateName is required");
        else
            CheckName(type, name, violations);
        Labels(meta["labels"] as JsonObject, "metadata.labels", violations);
        MetadataRules.Object(type, meta, violations);
        var size = 0;
        foreach (var (key, value) in meta["annotations"] as JsonObject ?? [])
        {
            Key("metadata.annotations", key, violations);
            size += key.Length + (JsonTree.Text(value)?.Length ?? 0);
        }
        if (size > 256 * 1024)
            violations.TooLong("metadata.annotations", "may not be more than 262144 bytes");
    }

    public static void Labels(JsonObject? labels, string field, Violations violations)
    {
        foreach (var (key, value) in labels ?? [])
        {
            Key(field, key, violations);
            Value(field, JsonTree.Text(value) ?? "", violations);
        }
    }

    public static void Label(string field, JsonNode? value, Violations violations)
    {
        var text = JsonTree.Text(value) ?? "";
        if (text.Length > 63)
            violations.Invalid(field, value, "must be no more than 63 characters");
        else if (!DnsLabel().IsMatch(text))
            violations.Invalid(field, value, LabelRule);
    }

    public static bool IsServiceName(string name) => name.Length is > 0 and <= 63 && ServiceName().IsMatch(name);

    public static bool IsConfigKey(string key) => key.Length is > 0 and <= 253 && ConfigKey().IsMatch(key);

    /// <summary>A qualified name: of a label, of an annotation, of a finalizer.</summary>
    public static void Key(string field, string key, Violations violations)
    {
        var parts = key.Split('/');
        if (parts.Length == 2 && !Subdomain().IsMatch(parts[0].ToLowerInvariant()))
            violations.Invalid(field, key, "prefix part " + SubdomainRule);
        else if (!IsQualified(key))
            violations.Invalid(field, key, parts[^1].Length > 63 ? "name part must be no more than 63 characters" : KeyRule);
    }

    /// <summary>The value of a label.</summary>
    public static void Value(string field, string value, Violations violations)
    {
        if (value.Length > 63)
            violations.Invalid(field, value, "must be no more than 63 characters");
        else if (!LabelValue().IsMatch(value))
            violations.Invalid(field, value, ValueRule);
    }

    static void CheckName(ResourceType type, string name, Violations violations, string field = "metadata.name")
    {
        // A prefix may end where a name may not.
        if (field != "metadata.name" && name.EndsWith('-'))
            name += "a";
        if (type.Group == "rbac.authorization.k8s.io" || type.Plural == "ipaddresses")
        {
            if (name.Contains('/', StringComparison.Ordinal) || name.Contains('%', StringComparison.Ordinal))
                violations.Invalid(field, name, "may not contain '/'");
        }
        else if (type is { Group: "", Plural: "services" })
        {
            if (name.Length > 63)
                violations.Invalid(field, name, "must be no more than 63 characters");
            else if (!ServiceName().IsMatch(name))
                violations.Invalid(field, name, ServiceRule);
        }
        else if (type is { Group: "", Plural: "namespaces" })
        {
            Label(field, name, violations);
        }
        else if (name.Length > 253)
        {
            violations.Invalid(field, name, "must be no more than 253 characters");
        }
        else if (!Subdomain().IsMatch(name))
        {
            violations.Invalid(field, name, SubdomainRule);
        }
    }

    static bool IsQualified(string key)
    {
        var parts = key.Split('/');
        return parts.Length switch
        {
            1 => parts[0].Length is > 0 and <= 63 && QualifiedName().IsMatch(parts[0]),
            2 => parts[0].Length is > 0 and <= 253 && Subdomain().IsMatch(parts[0].ToLowerInvariant()) && parts[1].Length is > 0 and <= 63 && QualifiedName().IsMatch(parts[1]),
            _ => false,
        };
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^[-._a-zA-Z0-9]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ConfigKey();
}
