"""How each grammar names what data flows through: assignments, calls, names, lambdas. By family, or for all of them together."""

ASSIGNMENTS = {
    "python": "assignment augmented_assignment named_expression for_statement for_in_clause as_pattern",
    "javascript": "variable_declarator assignment_expression augmented_assignment_expression for_in_statement",
    "java": "variable_declarator assignment_expression enhanced_for_statement resource",
    "kotlin": "property_declaration assignment for_statement",
    "go": "short_var_declaration assignment_statement var_spec const_spec range_clause",
    "c": "init_declarator assignment_expression for_range_loop",
    "ruby": "assignment operator_assignment for",
    "csharp": "variable_declarator assignment_expression foreach_statement",
    "php": "assignment_expression augmented_assignment_expression foreach_statement",
    "rust": "let_declaration assignment_expression for_expression let_condition",
    "shell": "variable_assignment for_statement",
}
CALLS = {
    "python": "call",
    "javascript": "call_expression new_expression",
    "java": "method_invocation object_creation_expression",
    "kotlin": "call_expression",
    "go": "call_expression",
    "c": "call_expression",
    "ruby": "call subshell",
    "csharp": "invocation_expression object_creation_expression",
    "php": "function_call_expression member_call_expression scoped_call_expression object_creation_expression echo_statement"
    " print_intrinsic shell_command_expression include_expression"
    " include_once_expression require_expression require_once_expression",
    "rust": "call_expression macro_invocation",
    "shell": "command",
}
CALL_KINDS = frozenset(k for kinds in CALLS.values() for k in kinds.split())
NAMES = frozenset(
    "identifier simple_identifier variable_name instance_variable class_variable global_variable constant interpolated_identifier"
    " shorthand_property_identifier shorthand_property_identifier_pattern".split()
)
MEMBERS = frozenset(
    "attribute member_expression field_access member_access_expression selector_expression field_expression"
    " navigation_expression nullsafe_member_access_expression".split()
)
ARGUMENTS = frozenset("argument_list arguments call_suffix value_arguments token_tree parenthesized_expression".split())
BARE_CALLS = frozenset(  # without a node that holds their arguments
    "command subshell shell_command_expression echo_statement print_intrinsic include_expression"
    " include_once_expression require_expression require_once_expression".split()
)
STRING_TEXT = frozenset(
    "string_content string_fragment interpreted_string_literal_content raw_string_literal_content string_literal_content"
    " verbatim_string_literal raw_string comment line_comment block_comment multiline_comment heredoc_body".split()
)
LAMBDAS = frozenset(
    "arrow_function function_expression lambda lambda_expression lambda_literal closure_expression anonymous_function"
    " func_literal block do_block".split()
)
PARAMETERS = frozenset(
    "formal_parameters lambda_parameters inferred_parameters block_parameters closure_parameters parameter_list parameters"
    " implicit_parameter identifier".split()
)
# The value does not come through these.
COMPARES = frozenset("comparison_operator not_operator equality_expression comparison_expression check_expression".split())
