using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources.Applying;

namespace Kairship.Fleet.Tests.Resources.Applying;

public sealed class ImmutableFieldsTests
{
    /// <summary>In the words of API servers.</summary>
    [Theory]
    [InlineData("spec.selector", "Invalid value: v1.LabelSelector{}: field is immutable", true)]
    [InlineData("spec.template", "Invalid value: core.PodTemplateSpec{}: field is immutable", true)]
    [InlineData("spec", "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template', and 'updateStrategy' are forbidden", true)]
    [InlineData("spec", "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden", true)]
    [InlineData("spec", "Forbidden: is immutable after creation except resources.requests for bound claims", true)]
    [InlineData("spec", "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims", true)]
    [InlineData("spec.persistentvolumesource", "Forbidden: spec.persistentvolumesource is immutable after creation", true)]
    [InlineData("spec.resources.requests.storage", "Forbidden: field can not be less than previous value", true)]
    [InlineData("spec.clusterIPs[0]", "Invalid value: []string{\"10.0.0.1\"}: may not change once set", true)]
    [InlineData("roleRef", "Invalid value: rbac.RoleRef{}: cannot change roleRef", true)]
    [InlineData("parameters", "Forbidden: updates to parameters are forbidden.", true)]
    [InlineData("data", "Forbidden: field is immutable when `immutable` is set", true)]
    [InlineData("value", "Forbidden: may not be changed in an update.", true)]
    [InlineData("spec", "Forbidden: pod updates may not change fields other than `spec.containers[*].image`", true)]
    [InlineData("spec.size", "Invalid value: \"string\": Value is immutable", true)]
    [InlineData("spec.replicas", "Invalid value: -1: must be greater than or equal to 0", false)]
    [InlineData("spec.template.spec.containers[0].image", "Required value", false)]
    [InlineData("metadata.name", "Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters", false)]
    public void Of_TellsWhatCannotBeChanged_FromWhatIsWrong(string field, string message, bool immutable) =>
        ImmutableFields.Of(Refusal(new StatusCause("FieldValueInvalid", field, message))).Select(c => c.Field).Should().Equal(immutable ? [field] : []);

    [Fact]
    public void Of_ImmutableAndWrong_IsWrong() => ImmutableFields.Of(Refusal(
        new("FieldValueInvalid", "spec.selector", "Invalid value: {}: field is immutable"), new("FieldValueInvalid", "spec.replicas", "Invalid value: -1: must be greater than or equal to 0")))
        .Should().BeEmpty();

    [Fact]
    public void Of_OtherStatus_IsNot() => ImmutableFields.Of(new ClusterException(ClusterFailure.Forbidden, "edge", "field is immutable") { Status = 403 }).Should().BeEmpty();

    private static ClusterException Refusal(params StatusCause[] causes) => new(ClusterFailure.Invalid, "edge", "it is invalid") { Status = 422, Causes = causes };
}
